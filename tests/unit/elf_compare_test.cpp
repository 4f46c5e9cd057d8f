// What counts as the same code, on small files made here.
#include "daemon/plan/elf_compare.hpp"

#include <gmock/gmock.h>

#include <string>

namespace frank::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

struct Shape {
    bool wide = true, big_endian = false;
};

struct Section {
    std::string name, content;
    std::uint64_t type = 1, flags = 0;
};

class Maker {
  public:
    explicit Maker(Shape shape) : shape_(shape) {}

    void number(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes_ += static_cast<char>(value >> 8 * (shape_.big_endian ? size - 1 - i : i));
    }
    void native(std::uint64_t value) { number(value, shape_.wide ? 8 : 4); }
    std::string bytes_;

  private:
    Shape shape_;
};

/// A relocatable file: the sections one after another, then their table.
std::string make_elf(Shape shape, std::vector<Section> sections) {
    const std::size_t head = shape.wide ? 64 : 52;
    std::string names(1, '\0'), content;
    sections.push_back({".shstrtab", "", 3, 0});
    Maker table(shape);
    table.bytes_.assign(shape.wide ? 64 : 40, '\0');
    for (Section &section : sections) {
        const std::size_t name = names.size();
        names += section.name + '\0';
        if (section.type == 3)
            section.content = names;
        table.number(name, 4);
        table.number(section.type, 4);
        table.native(section.flags);
        table.native(0);
        table.native(head + content.size());
        table.native(section.content.size());
        table.number(0, 4);
        table.number(0, 4);
        table.native(1);
        table.native(0);
        content += section.content;
    }
    Maker file(shape);
    file.bytes_ = std::string("\x7f"
                              "ELF") +
                  (shape.wide ? '\2' : '\1') + (shape.big_endian ? '\2' : '\1') + '\1';
    file.bytes_.resize(16);
    file.number(1, 2);   // ET_REL
    file.number(183, 2); // EM_AARCH64
    file.number(1, 4);
    file.native(0);
    file.native(0);
    file.native(head + content.size());
    file.number(0, 4);
    for (const std::uint64_t field :
         {head, std::size_t{0}, std::size_t{0}, shape.wide ? std::size_t{64} : std::size_t{40},
          sections.size() + 1, sections.size()})
        file.number(field, 2);
    return file.bytes_ + content + table.bytes_;
}

std::span<const std::byte> view(const std::string &text) { return std::as_bytes(std::span(text)); }

std::vector<std::string> differences(const std::string &a, const std::string &b) {
    return compare_files(view(a), view(b));
}

std::string object(const std::string &code, const std::string &comment, Shape shape = {}) {
    return make_elf(shape,
                    {{".text", code, 1, 6}, {".comment", comment, 1, 0x30}, {".symtab", "a symbol", 2, 0}});
}

std::string note(char hash) {
    return std::string("\4\0\0\0\4\0\0\0\3\0\0\0GNU\0", 16) + std::string(4, hash);
}

class EveryShape : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Elf, EveryShape,
                         testing::Values(Shape{true, false}, Shape{true, true}, Shape{false, false},
                                         Shape{false, true}));

TEST_P(EveryShape, TheCompilersPackageIsForgiven) {
    EXPECT_THAT(differences(object("code", "GCC: (Debian 12.2.0-14+deb12u1) 12.2.0", GetParam()),
                            object("code", "GCC: (Debian 12.2.0-14) 12.2.0", GetParam())),
                IsEmpty());
}

TEST_P(EveryShape, OneByteOfTheCodeIsNot) {
    EXPECT_THAT(differences(object("code", "one", GetParam()), object("cOde", "other", GetParam())),
                ElementsAre("section .text: the content differs at 0x1"));
}

TEST(ElfCompare, ABuildIdIsForgivenButNotItsSizeOrKind) {
    const auto with = [](const std::string &content) {
        return make_elf({}, {{".note.gnu.build-id", content, 7, 2}});
    };
    EXPECT_THAT(differences(with(note('a')), with(note('b'))), IsEmpty());
    EXPECT_THAT(differences(with(note('a')), with(note('a') + "more")), Not(IsEmpty()));
    std::string other = note('b');
    other[8] = 4;
    EXPECT_THAT(differences(with(note('a')), with(other)), Not(IsEmpty()));
}

TEST(ElfCompare, ASymbolADifferentNameAndFlagsAreFound) {
    EXPECT_THAT(
        differences(make_elf({}, {{".symtab", "one", 2, 0}}), make_elf({}, {{".symtab", "two", 2, 0}})),
        ElementsAre("section .symtab: the content differs at 0x0"));
    EXPECT_THAT(differences(make_elf({}, {{".data", "x", 1, 3}}), make_elf({}, {{".bata", "x", 1, 3}})),
                Not(IsEmpty()));
    EXPECT_THAT(differences(make_elf({}, {{".data", "x", 1, 3}}), make_elf({}, {{".data", "x", 1, 2}})),
                ElementsAre("section .data: the header differs"));
}

TEST(ElfCompare, WhatIsLoadedIsNoCommentWhateverItsName) {
    EXPECT_THAT(
        differences(make_elf({}, {{".comment", "code", 1, 6}}), make_elf({}, {{".comment", "cOde", 1, 6}})),
        Not(IsEmpty()));
}

TEST(ElfCompare, NothingMayFollow) {
    EXPECT_THAT(differences(object("code", "a"), object("code", "b") + "payload"),
                ElementsAre("what follows the last section differs"));
}

TEST(ElfCompare, EveryTruncatedFileDiffers) {
    const std::string whole = object("code", "one"), other = object("code", "two");
    for (std::size_t size = 0; size < other.size(); ++size)
        EXPECT_THAT(differences(whole, other.substr(0, size)), Not(IsEmpty())) << size;
}

TEST(ElfCompare, EveryFlippedByteIsFoundButThoseOfTheComment) {
    const std::string whole = object("code", "GCC: one");
    const std::size_t text = whole.find("GCC: one"), table = whole.size() - 5 * 64;
    const auto of_comment = [&](std::size_t at) {
        const std::size_t offset_and_size = table + 2 * 64 + 24;
        return (at >= text && at < text + 8) || (at >= offset_and_size && at < offset_and_size + 16);
    };
    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string other = whole;
        other[at] = static_cast<char>(other[at] ^ 0x80);
        EXPECT_TRUE(of_comment(at) || !differences(whole, other).empty()) << at;
    }
}

struct Member {
    std::string name, content;
};

std::string padded(std::string text, std::size_t size) { return text.append(size - text.size(), ' '); }

/// With an index that says `name` is in the first of the members.
std::string make_archive(const std::vector<Member> &members, const std::string &symbol) {
    const auto member = [](const std::string &name, const std::string &content) {
        return padded(name, 16) + padded("0", 12) + padded("0", 6) + padded("0", 6) + padded("644", 8) +
               padded(std::to_string(content.size()), 10) + "`\n" + content +
               (content.size() % 2 != 0 ? "\n" : "");
    };
    Maker index({true, true});
    index.number(1, 4);
    index.number(8 + 60 + (8 + symbol.size() + 2) / 2 * 2, 4);
    index.bytes_ += symbol + '\0';
    std::string archive = "!<arch>\n" + member("/", index.bytes_);
    for (const Member &each : members)
        archive += member(each.name, each.content);
    return archive;
}

TEST(Archives, MembersAreComparedAsWhatTheyAre) {
    const std::string one = make_archive({{"a.o/", object("code", "long comment")}, {"b/", "text"}}, "walk");
    EXPECT_THAT(differences(one, make_archive({{"a.o/", object("code", "short")}, {"b/", "text"}}, "walk")),
                IsEmpty());
    EXPECT_THAT(differences(one, make_archive({{"a.o/", object("cOde", "short")}, {"b/", "tExt"}}, "walk")),
                UnorderedElementsAre("member a.o/: section .text: the content differs at 0x1",
                                     "member b/: the content differs at byte 1"));
}

TEST(Archives, IndexNamesAndNumberOfMembersCount) {
    const std::string one = make_archive({{"a/", "x"}, {"b/", "y"}}, "walk");
    EXPECT_THAT(differences(one, make_archive({{"a/", "x"}, {"b/", "y"}}, "talk")),
                ElementsAre("the index of symbols differs"));
    EXPECT_THAT(differences(one, make_archive({{"a/", "x"}, {"c/", "y"}}, "walk")), Not(IsEmpty()));
    EXPECT_THAT(differences(one, make_archive({{"a/", "x"}}, "walk")),
                ElementsAre("the number of members differs"));
    for (std::size_t size = 8; size < one.size(); ++size)
        EXPECT_THAT(differences(one, one.substr(0, size)), Not(IsEmpty())) << size;
}

TEST(Archives, AThinOneIsComparedByItsBytes) {
    EXPECT_THAT(differences("!<thin>\na", "!<thin>\na"), IsEmpty());
    EXPECT_THAT(differences("!<thin>\na", "!<thin>\nb"), ElementsAre("the content differs at byte 8"));
}

} // namespace
} // namespace frank::plan
