#include "daemon/plan/elf.hpp"

#include <array>

namespace frank::plan {

namespace {

constexpr std::array<std::uint8_t, 4> elf_magic{0x7f, 'E', 'L', 'F'};
constexpr std::size_t header_bytes_32 = 52, header_bytes_64 = 64;

std::uint32_t read_number(std::span<const std::byte> bytes, std::size_t offset, std::size_t size,
                          bool big_endian) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = big_endian ? offset + i : offset + size - 1 - i;
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at]);
    }
    return value;
}

} // namespace

std::optional<ElfIdent> parse_elf(std::span<const std::byte> bytes) {
    if (bytes.size() < header_bytes_32)
        return std::nullopt;
    for (std::size_t i = 0; i < elf_magic.size(); ++i)
        if (std::to_integer<std::uint8_t>(bytes[i]) != elf_magic[i])
            return std::nullopt;

    ElfIdent ident{};
    ident.elf_class = std::to_integer<std::uint8_t>(bytes[4]);
    ident.data = std::to_integer<std::uint8_t>(bytes[5]);
    ident.osabi = std::to_integer<std::uint8_t>(bytes[7]);
    if (ident.elf_class < 1 || ident.elf_class > 2 || ident.data < 1 || ident.data > 2)
        return std::nullopt;
    const bool wide = ident.elf_class == 2;
    if (wide && bytes.size() < header_bytes_64)
        return std::nullopt;

    const bool big_endian = ident.data == 2;
    ident.type = static_cast<std::uint16_t>(read_number(bytes, 16, 2, big_endian));
    ident.machine = static_cast<std::uint16_t>(read_number(bytes, 18, 2, big_endian));
    ident.flags = read_number(bytes, wide ? elf_flags_offset_64 : elf_flags_offset_32, 4, big_endian);
    return ident;
}

std::optional<Arch> arch_of(const ElfIdent &ident) {
    for (const auto flags : {&ArchInfo::abi, &ArchInfo::emulator})
        for (const ArchInfo &entry : arch_table())
            if (entry.elf_machine == ident.machine && entry.elf_class == ident.elf_class &&
                entry.elf_data == ident.data && (entry.*flags).match(ident.flags))
                return entry.arch;
    return std::nullopt;
}

} // namespace frank::plan
