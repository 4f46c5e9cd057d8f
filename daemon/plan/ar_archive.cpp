#include "daemon/plan/ar_archive.hpp"

#include <algorithm>
#include <charconv>

namespace frank::plan {

namespace {

constexpr std::string_view magic = "!<arch>\n", member_end = "`\n";
// struct ar_hdr: ar_name[16] ar_date[12] ar_uid[6] ar_gid[6] ar_mode[8] ar_size[10] ar_fmag[2]
constexpr std::size_t header_bytes = 60, name_bytes = 16, size_at = 48, size_bytes = 10;

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

std::string_view trimmed(std::string_view field) { return field.substr(0, field.find_last_not_of(' ') + 1); }

std::optional<std::size_t> number(std::string_view field) {
    field = trimmed(field);
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    return error == std::errc{} && end == field.data() + field.size() ? std::optional(value) : std::nullopt;
}

struct Part {
    std::size_t at;
    ArchiveMember member;
};

std::optional<std::vector<Part>> split(std::string_view text, std::span<const std::byte> file) {
    std::vector<Part> parts;
    for (std::size_t at = magic.size(); at < text.size();) {
        if (text.size() - at < header_bytes || text.substr(at + header_bytes - 2, 2) != member_end)
            return std::nullopt;
        const std::string_view header = text.substr(at, header_bytes);
        const auto size = number(header.substr(size_at, size_bytes));
        if (!size || *size + *size % 2 > text.size() - at - header_bytes)
            return std::nullopt;
        parts.push_back(
            {at,
             {trimmed(header.substr(0, name_bytes)), header.substr(name_bytes, size_at - name_bytes),
              file.subspan(at + header_bytes, *size)}});
        at += header_bytes + *size + *size % 2; // members begin at even offsets
    }
    return parts;
}

std::size_t big_endian(std::string_view text, std::size_t at, std::size_t width) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i)
        value = value << 8 | static_cast<unsigned char>(text[at + i]);
    return value;
}

bool read_index(std::string_view content, std::size_t width, const std::vector<Part> &parts,
                Archive &archive) {
    if (content.size() < width)
        return false;
    const std::size_t count = big_endian(content, 0, width);
    if (count > (content.size() - width) / width)
        return false;
    std::size_t name = width * (count + 1);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = big_endian(content, width * (i + 1), width), end = content.find('\0', name);
        const auto member = std::ranges::lower_bound(parts, at, {}, &Part::at);
        if (member == parts.end() || member->at != at || end == content.npos)
            return false;
        archive.index.emplace_back(content.substr(name, end - name), member - parts.begin());
        name = end + 1;
    }
    return true;
}

/// "/123": the name at 123 in the table of long names, up to a slash and a new line.
std::string_view full_name(std::string_view name, std::string_view long_names) {
    if (name.size() < 2 || name[0] != '/' || name == "//")
        return name;
    const auto at = number(name.substr(1));
    if (!at || *at >= long_names.size())
        return name;
    return long_names.substr(*at, long_names.find('\n', *at) - *at);
}

} // namespace

bool is_archive(std::span<const std::byte> file) { return text_of(file).starts_with(magic); }

std::optional<Archive> read_archive(std::span<const std::byte> file) {
    if (!is_archive(file))
        return std::nullopt;
    const auto parts = split(text_of(file), file);
    if (!parts)
        return std::nullopt;
    Archive archive;
    std::string_view long_names;
    for (const Part &part : *parts) {
        const std::string_view content = text_of(part.member.content);
        if (part.member.name == "//")
            long_names = content;
        const bool index_32 = part.member.name == "/", index_64 = part.member.name == "/SYM64/";
        if (!index_32 && !index_64)
            archive.members.push_back(part.member);
        else if (!read_index(content, index_32 ? 4 : 8, *parts, archive))
            return std::nullopt;
    }
    for (ArchiveMember &member : archive.members)
        member.name = full_name(member.name, long_names);
    return archive;
}

} // namespace frank::plan
