// The tables of an ELF file, read with a check of every bound (ELF gABI, "ELF Header", "Section Header",
// "Program Header"). Both classes, both byte orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace frank::plan {

using Bytes = std::span<const std::byte>;

struct ElfSection {
    std::uint64_t name_offset;
    std::string_view name;
    std::uint64_t type, flags, address, offset, size, link, info, alignment, entry_size;
    Bytes content; ///< none for SHT_NOBITS
};

struct ElfSegment {
    std::uint64_t type, flags, offset, address, physical_address, file_size, memory_size, alignment;
    Bytes content;
};

struct ElfImage {
    Bytes ident; ///< e_ident
    std::uint64_t type, machine, version, entry, flags;
    std::uint64_t header_size, segments_offset, segment_size, section_size;
    std::uint64_t names_index; ///< of the section that holds the names
    std::vector<ElfSection> sections;
    std::vector<ElfSegment> segments;
    std::uint64_t sections_field_at, sections_field_bytes; ///< where e_shoff is
    std::uint64_t end; ///< of the last byte that a table or a section owns
};

/// Nothing where any of it lies outside of the file.
std::optional<ElfImage> read_elf(Bytes file);

} // namespace frank::plan
