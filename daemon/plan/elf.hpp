// From the first bytes of a file to the architecture it is for. Reads 64 bytes, never more; no mapping.
#pragma once

#include "daemon/plan/arch.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace frank::plan {

/// The fields of an ELF header that tell architectures apart (ELF gABI, "ELF Header").
struct ElfIdent {
    std::uint8_t elf_class; ///< EI_CLASS
    std::uint8_t data;      ///< EI_DATA
    std::uint8_t osabi;     ///< EI_OSABI
    std::uint16_t type;     ///< e_type: 2 ET_EXEC, 3 ET_DYN
    std::uint16_t machine;  ///< e_machine
    std::uint32_t flags;    ///< e_flags: ABI variants

    bool operator==(const ElfIdent &) const = default;
};

inline constexpr std::size_t elf_ident_bytes = 64;
/// Where e_flags is, by class.
inline constexpr std::size_t elf_flags_offset_32 = 36, elf_flags_offset_64 = 48;

/// Nothing for bytes that are no ELF header, or too few.
std::optional<ElfIdent> parse_elf(std::span<const std::byte> bytes);
/// Nothing for a machine that the table does not have. e_flags tells armhf from armel and n32 from o32; where
/// it fits none exactly, the architecture is one whose emulator runs it.
std::optional<Arch> arch_of(const ElfIdent &ident);

} // namespace frank::plan
