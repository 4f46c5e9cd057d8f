// For tests: a plain model of what the kernel does with a registration line and with a file, written after
// linux/fs/binfmt_misc.c (create_entry, scanarg, search_binfmt_handler) and sharing nothing with the product.
#pragma once

#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frank::test {

/// One entry of the kernel's table, of type M.
struct KernelEntry {
    std::string name;
    std::string interpreter;
    std::string flags;
    std::size_t offset = 0;
    std::size_t size = 0;
    bool masked = false;
    std::array<std::uint8_t, 128> magic{};
    std::array<std::uint8_t, 128> mask{};

    /// `file`: its first bytes, zero after its end, as the kernel's buffer is.
    template <class File> bool takes(const File &file) const {
        for (std::size_t i = 0; i < size; ++i) {
            const unsigned difference = static_cast<unsigned>(file[offset + i] ^ magic[i]);
            if ((masked ? difference & mask[i] : difference) != 0)
                return false;
        }
        return true;
    }
};

/// Up to the next delimiter; nothing where there is none, or where a \x has no two digits.
inline std::optional<std::string> scan_field(std::string_view line, char delimiter, std::size_t &at) {
    const std::size_t start = at;
    for (; at < line.size() && line[at] != delimiter; ++at)
        if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == 'x') {
            for (const std::size_t digit : {at + 2, at + 3})
                if (digit >= line.size() || std::isxdigit(static_cast<unsigned char>(line[digit])) == 0)
                    return std::nullopt;
            at += 3;
        }
    if (at >= line.size())
        return std::nullopt;
    return std::string(line.substr(start, at++ - start));
}

/// Bytes, with \xHH undone; their number, or nothing where they are more than the kernel's smallest buffer
/// (before Linux 5.1) holds.
inline std::optional<std::size_t> unescape(const std::string &text, std::array<std::uint8_t, 128> &bytes) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (count == bytes.size())
            return std::nullopt;
        if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
            bytes[count++] = static_cast<std::uint8_t>(std::stoul(text.substr(i + 2, 2), nullptr, 16));
            i += 3;
        } else {
            bytes[count++] = static_cast<std::uint8_t>(text[i]);
        }
    }
    return count;
}

/// What is registered by writing `line`; nothing where the kernel refuses it with EINVAL.
inline std::optional<KernelEntry> kernel_entry(std::string_view line) {
    constexpr std::size_t shortest = 11, longest = 1920, interpreter_room = 128;
    if (line.size() < shortest || line.size() > longest)
        return std::nullopt;
    const char delimiter = line[0];
    std::size_t at = 1;
    KernelEntry entry;
    const auto name = scan_field(line, delimiter, at);
    const auto type = name ? scan_field(line, delimiter, at) : std::nullopt;
    const auto offset = type ? scan_field(line, delimiter, at) : std::nullopt;
    const auto magic = offset ? scan_field(line, delimiter, at) : std::nullopt;
    const auto mask = magic ? scan_field(line, delimiter, at) : std::nullopt;
    const auto interpreter = mask ? scan_field(line, delimiter, at) : std::nullopt;
    if (!interpreter || name->empty() || *name == "." || *name == ".." ||
        name->find('/') != std::string::npos)
        return std::nullopt;
    if (*type != "M" || magic->empty() || interpreter->empty() || interpreter->size() >= interpreter_room)
        return std::nullopt;
    for (const char digit : *offset)
        if (std::isdigit(static_cast<unsigned char>(digit)) == 0)
            return std::nullopt;
    entry.offset = offset->empty() ? 0 : std::stoul(*offset);
    const auto size = unescape(*magic, entry.magic);
    entry.masked = !mask->empty();
    if (!size || (entry.masked && unescape(*mask, entry.mask) != size) ||
        entry.offset > entry.magic.size() - *size)
        return std::nullopt;
    entry.size = *size;
    entry.name = *name;
    entry.interpreter = *interpreter;
    entry.flags = line.substr(at);
    if (entry.flags.find_first_not_of("POCF") != std::string::npos)
        return std::nullopt;
    return entry;
}

} // namespace frank::test
