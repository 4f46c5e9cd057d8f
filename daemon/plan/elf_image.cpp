#include "daemon/plan/elf_image.hpp"

#include "daemon/plan/elf.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

constexpr std::size_t ident_bytes = 16;
constexpr std::uint64_t unused = 0, nobits = 8;      // SHT_NULL, SHT_NOBITS
constexpr std::uint64_t escaped_name_index = 0xffff; // SHN_XINDEX
constexpr std::uint64_t max_sections = 1U << 20;

/// Reads fields one after another; what lies outside of the file is told once, at the end.
class Reader {
  public:
    Reader(Bytes file, std::uint64_t at, bool wide, bool big_endian)
        : file_(file), at_(at), wide_(wide), big_endian_(big_endian) {}

    std::uint64_t half() { return number(2); }
    std::uint64_t word() { return number(4); }
    std::uint64_t native() { return number(wide_ ? 8 : 4); }
    std::uint64_t at() const { return at_; }
    bool good() const { return good_; }

  private:
    std::uint64_t number(std::size_t size) {
        if (at_ > file_.size() || file_.size() - at_ < size) {
            good_ = false;
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t index = static_cast<std::size_t>(at_) + (big_endian_ ? i : size - 1 - i);
            value = value << 8 | std::to_integer<std::uint64_t>(file_[index]);
        }
        at_ += size;
        return value;
    }

    Bytes file_;
    std::uint64_t at_;
    bool wide_, big_endian_, good_ = true;
};

struct Format {
    bool wide, big_endian;
};

struct Table {
    std::uint64_t offset = 0, entry_size = 0, count = 0;
};

bool contains(Bytes file, std::uint64_t offset, std::uint64_t size) {
    return offset <= file.size() && size <= file.size() - offset;
}

Bytes part(Bytes file, std::uint64_t offset, std::uint64_t size) {
    return file.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

std::optional<ElfSection> read_section(Bytes file, std::uint64_t at, Format format) {
    Reader reader(file, at, format.wide, format.big_endian);
    ElfSection section{};
    section.name_offset = reader.word();
    section.type = reader.word();
    section.flags = reader.native();
    section.address = reader.native();
    section.offset = reader.native();
    section.size = reader.native();
    section.link = reader.word();
    section.info = reader.word();
    section.alignment = reader.native();
    section.entry_size = reader.native();
    if (!reader.good())
        return std::nullopt;
    if (section.type == nobits || section.type == unused)
        return section;
    if (!contains(file, section.offset, section.size))
        return std::nullopt;
    section.content = part(file, section.offset, section.size);
    return section;
}

std::optional<ElfSegment> read_segment(Bytes file, std::uint64_t at, Format format) {
    Reader reader(file, at, format.wide, format.big_endian);
    ElfSegment segment{};
    segment.type = reader.word();
    if (format.wide)
        segment.flags = reader.word();
    segment.offset = reader.native();
    segment.address = reader.native();
    segment.physical_address = reader.native();
    segment.file_size = reader.native();
    segment.memory_size = reader.native();
    if (!format.wide)
        segment.flags = reader.word();
    segment.alignment = reader.native();
    if (!reader.good() || !contains(file, segment.offset, segment.file_size))
        return std::nullopt;
    segment.content = part(file, segment.offset, segment.file_size);
    return segment;
}

template <class Entry, class Read>
bool read_table(Bytes file, const Table &table, std::vector<Entry> &entries, Read read_entry) {
    for (std::uint64_t i = 0; i < table.count; ++i) {
        const std::optional<Entry> entry = read_entry(file, table.offset + i * table.entry_size);
        if (!entry)
            return false;
        entries.push_back(*entry);
    }
    return true;
}

/// A table of more than 65279 sections has its length and the names' index in its first entry.
bool unfold_counts(Bytes file, Format format, Table &sections, std::uint64_t &names_index) {
    if (sections.offset == 0)
        return sections.count == 0;
    const auto first = read_section(file, sections.offset, format);
    if (!first)
        return false;
    if (sections.count == 0)
        sections.count = first->size;
    if (names_index == escaped_name_index)
        names_index = first->link;
    return sections.count <= max_sections &&
           contains(file, sections.offset, sections.count * sections.entry_size);
}

bool name_sections(ElfImage &image) {
    if (image.sections.empty())
        return true;
    if (image.names_index >= image.sections.size())
        return false;
    const Bytes content = image.sections[static_cast<std::size_t>(image.names_index)].content;
    const std::string_view names(reinterpret_cast<const char *>(content.data()), content.size());
    for (ElfSection &section : image.sections) {
        const auto at = static_cast<std::size_t>(section.name_offset);
        if (section.name_offset == 0 && names.empty())
            continue;
        const std::size_t end = section.name_offset < names.size() ? names.find('\0', at) : names.npos;
        if (end == names.npos)
            return false;
        section.name = names.substr(at, end - at);
    }
    return true;
}

std::uint64_t find_end(const ElfImage &image, const Table &segments, const Table &sections) {
    std::uint64_t end = std::max(segments.offset + segments.count * segments.entry_size,
                                 sections.offset + sections.count * sections.entry_size);
    for (const ElfSection &section : image.sections)
        if (!section.content.empty()) // what has no bytes in the file may say any offset
            end = std::max(end, section.offset + section.content.size());
    for (const ElfSegment &segment : image.segments)
        end = std::max(end, segment.offset + segment.file_size);
    return end;
}

} // namespace

std::optional<ElfImage> read_elf(Bytes file) {
    const auto head = parse_elf(file);
    if (!head)
        return std::nullopt;
    const Format format{head->elf_class == 2, head->data == 2};
    ElfImage image{};
    image.ident = file.first(ident_bytes);
    Table segments, sections;
    Reader reader(file, ident_bytes, format.wide, format.big_endian);
    image.type = reader.half();
    image.machine = reader.half();
    image.version = reader.word();
    image.entry = reader.native();
    segments.offset = reader.native();
    image.sections_field_at = reader.at();
    image.sections_field_bytes = format.wide ? 8 : 4;
    sections.offset = reader.native();
    image.flags = reader.word();
    image.header_size = reader.half();
    segments.entry_size = reader.half();
    segments.count = reader.half();
    sections.entry_size = reader.half();
    sections.count = reader.half();
    image.names_index = reader.half();
    image.segments_offset = segments.offset;
    image.segment_size = segments.entry_size;
    image.section_size = sections.entry_size;
    const auto entry = [&](auto read_entry) {
        return [=](Bytes all, std::uint64_t at) { return read_entry(all, at, format); };
    };
    if (!reader.good() || !contains(file, segments.offset, segments.count * segments.entry_size) ||
        !unfold_counts(file, format, sections, image.names_index) ||
        !read_table(file, segments, image.segments, entry(read_segment)) ||
        !read_table(file, sections, image.sections, entry(read_section)) || !name_sections(image))
        return std::nullopt;
    image.end = find_end(image, segments, sections);
    return image;
}

} // namespace frank::plan
