#include "daemon/plan/elf_compare.hpp"

#include "daemon/plan/ar_archive.hpp"
#include "daemon/plan/elf_image.hpp"

#include <algorithm>
#include <cstring>

namespace frank::plan {

namespace {

constexpr std::uint64_t flag_alloc = 2;                     // SHF_ALLOC
constexpr std::uint64_t unused = 0, progbits = 1, note = 7; // SHT_NULL, SHT_PROGBITS, SHT_NOTE
/// Before the hash: sizes, type and the name "GNU" (ELF gABI, "Note Section").
constexpr std::size_t note_head_bytes = 16;

/// Names the package that the compiler came in; never loaded.
bool is_comment(const ElfSection &section) {
    return section.name == ".comment" && section.type == progbits && (section.flags & flag_alloc) == 0;
}

bool is_build_id(const ElfSection &section) {
    return section.name == ".note.gnu.build-id" && section.type == note &&
           section.content.size() > note_head_bytes;
}

std::string_view label(const ElfSection &section) {
    return section.name.empty() ? std::string_view("without a name") : section.name;
}

std::size_t first_difference(Bytes a, Bytes b) {
    const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    return static_cast<std::size_t>(at.first - a.begin());
}

std::string hex(std::size_t number) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    do
        text.insert(text.begin(), digits[number % 16]);
    while ((number /= 16) != 0);
    return "0x" + text;
}

bool same(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

class Comparison {
  public:
    Comparison(const ElfImage &a, const ElfImage &b) : a_(a), b_(b) {}

    std::vector<std::string> find() {
        compare_headers();
        compare_segments();
        if (a_.sections.size() != b_.sections.size())
            say("the number of sections differs");
        for (std::size_t i = 0; i < std::min(a_.sections.size(), b_.sections.size()); ++i)
            compare_section(a_.sections[i], b_.sections[i]);
        return std::move(found_);
    }

  private:
    void say(std::string text) { found_.push_back(std::move(text)); }

    void compare_headers() {
        if (!same(a_.ident, b_.ident) || a_.type != b_.type || a_.machine != b_.machine ||
            a_.version != b_.version || a_.flags != b_.flags || a_.header_size != b_.header_size ||
            a_.segments_offset != b_.segments_offset || a_.segment_size != b_.segment_size ||
            a_.section_size != b_.section_size)
            say("the ELF header differs");
        if (a_.entry != b_.entry)
            say("the entry point differs");
        if (a_.names_index != b_.names_index)
            say("the section of names differs");
    }

    void compare_segments() {
        if (a_.segments.size() != b_.segments.size())
            return say("the number of program headers differs");
        for (std::size_t i = 0; i < a_.segments.size(); ++i) {
            const ElfSegment &a = a_.segments[i], &b = b_.segments[i];
            const std::string name = "program header " + std::to_string(i);
            if (a.type != b.type || a.flags != b.flags || a.offset != b.offset || a.address != b.address ||
                a.physical_address != b.physical_address || a.file_size != b.file_size ||
                a.memory_size != b.memory_size || a.alignment != b.alignment)
                say(name + " differs");
            else if (!same(without_tables(a_, a), without_tables(b_, b)))
                say(name + ": the content differs outside of the build-id");
        }
    }

    /// A segment's content without what may differ: the build-id, and e_shoff of the header, which follows
    /// from the size of .comment.
    static std::vector<std::byte> without_tables(const ElfImage &image, const ElfSegment &segment) {
        std::vector<std::byte> content(segment.content.begin(), segment.content.end());
        const auto blank = [&](std::uint64_t from, std::uint64_t size) {
            for (std::uint64_t i = from; i < from + size; ++i)
                if (i >= segment.offset && i - segment.offset < content.size())
                    content[static_cast<std::size_t>(i - segment.offset)] = std::byte{0};
        };
        for (const ElfSection &section : image.sections)
            if (is_build_id(section))
                blank(section.offset + note_head_bytes, section.content.size() - note_head_bytes);
        blank(image.sections_field_at, image.sections_field_bytes);
        return content;
    }

    void compare_section(const ElfSection &a, const ElfSection &b) {
        const std::string name = "section " + std::string(label(a));
        if (a.name != b.name)
            return say(name + ": the other has " + std::string(label(b)) + " in its place");
        if (a.type != b.type || a.flags != b.flags || a.address != b.address || a.link != b.link ||
            a.info != b.info || a.alignment != b.alignment || a.entry_size != b.entry_size ||
            (a.type == unused && a.offset != b.offset))
            return say(name + ": the header differs");
        if (is_comment(a))
            return;
        if (a.size != b.size)
            return say(name + ": the size differs");
        const std::size_t counts = is_build_id(a) ? note_head_bytes : a.content.size();
        if (!same(a.content.first(counts), b.content.first(counts)))
            say(name + ": the content differs at " + hex(first_difference(a.content, b.content)));
    }

    const ElfImage &a_, &b_;
    std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> compare_elf(Bytes a, Bytes b) {
    const auto image_a = read_elf(a), image_b = read_elf(b);
    if (!image_a || !image_b)
        return {"no ELF file that can be read"};
    std::vector<std::string> found = Comparison(*image_a, *image_b).find();
    if (!same(a.subspan(static_cast<std::size_t>(image_a->end)),
              b.subspan(static_cast<std::size_t>(image_b->end))))
        found.emplace_back("what follows the last section differs");
    return found;
}

std::vector<std::string> compare_archives(Bytes a, Bytes b) {
    const auto archive_a = read_archive(a), archive_b = read_archive(b);
    if (!archive_a || !archive_b)
        return {"no archive that can be read"};
    if (archive_a->members.size() != archive_b->members.size())
        return {"the number of members differs"};
    std::vector<std::string> found;
    if (archive_a->index != archive_b->index)
        found.emplace_back("the index of symbols differs");
    for (std::size_t i = 0; i < archive_a->members.size(); ++i) {
        const ArchiveMember &member_a = archive_a->members[i], &member_b = archive_b->members[i];
        const std::string name = "member " + std::string(member_a.name);
        if (member_a.name != member_b.name)
            found.push_back(name + ": the other has " + std::string(member_b.name) + " in its place");
        else if (member_a.head != member_b.head)
            found.push_back(name + ": time, owner or mode differs");
        else
            for (std::string &what : compare_files(member_a.content, member_b.content))
                found.push_back(what.insert(0, name + ": "));
    }
    return found;
}

std::vector<std::string> compare_files(Bytes a, Bytes b) {
    if (same(a, b))
        return {};
    if (read_elf(a) && read_elf(b))
        return compare_elf(a, b);
    if (is_archive(a) && is_archive(b))
        return compare_archives(a, b);
    return {"the content differs at byte " + std::to_string(first_difference(a, b))};
}

} // namespace frank::plan
