#include "daemon/plan/board.hpp"

#include "daemon/plan/board_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace frank::plan {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view small = R"(title = "Toy"
model = "Toy Rev 1"
compatible = ["toy,one", "toy"]
page_size = 16384
note = "bigger pages"
[arm64]
cpu = "cortex-a53"
machine = "aarch64"
cpuinfo_head = "head of {count}\n"
cpuinfo_processor = "processor\t: {n}\n"
cpuinfo_tail = "Model\t: Toy\n"
[armhf]
)";

std::string refusal_of(std::string_view text, std::string_view name = "toy") {
    const auto board = parse_board(name, text, "toy.toml");
    EXPECT_FALSE(board) << text;
    return board ? "" : board.error().message;
}

std::vector<std::filesystem::path> shipped() {
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(FRANK_TEST_CONF "/boards.d"))
        files.push_back(entry.path());
    return files;
}

std::string text_of(const std::filesystem::path &path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(Board, IsReadWhole) {
    const auto board = parse_board("toy", small, "toy.toml");
    ASSERT_TRUE(board) << board.error().message;
    EXPECT_EQ(board->title, "Toy");
    EXPECT_EQ(board->page_size, 16384U);
    EXPECT_THAT(board->compatible, testing::ElementsAre("toy,one", "toy"));
    ASSERT_NE(board->view(Arch::arm64), nullptr);
    EXPECT_EQ(board->view(Arch::arm64)->cpu, "cortex-a53");
    ASSERT_NE(board->view(Arch::armhf), nullptr);
    EXPECT_EQ(board->view(Arch::armhf)->machine, "armv7l") << "what its architecture says";
    EXPECT_EQ(board->view(Arch::riscv64), nullptr);
}

TEST(Board, RefusesWhatItDoesNotKnowWithLineAndColumn) {
    EXPECT_THAT(refusal_of("title = \"x\"\ncolour = 1\n[arm64]\n"),
                HasSubstr("toy.toml:2:1: unknown key \"colour\""));
    EXPECT_THAT(refusal_of("title = \"x\"\n[arm64]\ncpus = 1\n"),
                HasSubstr("toy.toml:3:1: unknown key \"cpus\" in [arm64]"));
    EXPECT_THAT(refusal_of("title = \"x\"\n[arm65]\n"), HasSubstr("\"arm65\""));
    EXPECT_THAT(refusal_of("title = \"x\"\n"), HasSubstr("names no architecture"));
    EXPECT_THAT(refusal_of("[arm64]\n"), HasSubstr("\"title\" is missing"));
    EXPECT_THAT(refusal_of("title = 1\n[arm64]\n"), HasSubstr("toy.toml:1:"));
    EXPECT_THAT(refusal_of("title = \"x\"\narm64 = 1\n"), HasSubstr("must be a table"));
    EXPECT_THAT(refusal_of("title = \"x\"\ncompatible = \"y\"\n[arm64]\n"), HasSubstr("list of texts"));
    EXPECT_THAT(refusal_of("title = \"x\"\ncompatible = [1]\n[arm64]\n"), HasSubstr("texts in quotes"));
    EXPECT_THAT(refusal_of("title = \"x\"\npage_size = 5000\n[arm64]\n"), HasSubstr("4096, 8192"));
    EXPECT_THAT(refusal_of("title = \"x\"\n[arm64]\ncpu = \"a b\"\n"), HasSubstr("CPU model"));
    EXPECT_THAT(refusal_of("title = \"x\"\n[arm64]\nmachine = \"a b\"\n"), HasSubstr("one word"));
    EXPECT_THAT(refusal_of("title = \"x\"\n[arm64]\ncpuinfo_tail = \"a\"\n"),
                HasSubstr("\"cpuinfo_processor\" in [arm64] is missing"));
    EXPECT_THAT(refusal_of("title = "), HasSubstr("toy.toml:1:"));
    EXPECT_THAT(refusal_of(small, "Toy"), HasSubstr("a-z, 0-9 and '-'"));
    EXPECT_THAT(refusal_of(small, "../toy"), HasSubstr("a-z, 0-9 and '-'"));
}

TEST(Board, HoldsNoControlCharacters) {
    for (const std::string escape : {"\\u001b[2J", "\\u0000", "\\u007f", "\\u202e", "\\u0085"}) {
        for (const std::string key : {"title", "note", "model"})
            EXPECT_THAT(refusal_of((key == "title" ? "" : "title = \"x\"\n") + key + " = \"x" + escape +
                                   "\"\n[arm64]\n"),
                        HasSubstr("control characters"))
                << key;
        EXPECT_THAT(refusal_of("title = \"x\"\ncompatible = [\"x" + escape + "\"]\n[arm64]\n"),
                    HasSubstr("control characters"));
        for (const std::string key : {"cpuinfo_head", "cpuinfo_processor", "cpuinfo_tail"})
            EXPECT_THAT(refusal_of("title = \"x\"\n[arm64]\n" + key + " = \"x" + escape + "\"\n"),
                        HasSubstr("control characters"))
                << key;
    }
    EXPECT_THAT(refusal_of("title = \"x\\ny\"\n[arm64]\n"), HasSubstr("control characters"))
        << "a line's end is one too, in a line";
}

TEST(Board, ShowsAsManyProcessorsAsThereAre) {
    const auto board = parse_board("toy", small, "toy.toml");
    ASSERT_TRUE(board);
    EXPECT_EQ(cpuinfo_text(*board->view(Arch::arm64), 2),
              "head of 2\nprocessor\t: 0\nprocessor\t: 1\nModel\t: Toy\n");
    EXPECT_EQ(cpuinfo_text(*board->view(Arch::armhf), 2), "") << "it says nothing";
}

TEST(Board, IsReadFromAnyTextWithoutHarm) {
    std::mt19937 random(3); // NOLINT: the same texts in every run
    for (int round = 0; round < 3'000; ++round) {
        std::string text(small);
        for (std::size_t change = 0; change < 1 + random() % 4; ++change)
            text[random() % text.size()] = static_cast<char>(random());
        if (const auto board = parse_board("toy", text, "toy.toml")) {
            EXPECT_FALSE(board->views.empty());
        }
    }
}

TEST(Boards, ThatShipAreAllRight) {
    Boards boards;
    for (const auto &path : shipped()) {
        auto board = parse_board(path.stem().string(), text_of(path), path.string());
        ASSERT_TRUE(board) << board.error().message;
        boards.add(std::move(*board));
    }
    for (const char *name :
         {"rpi0", "rpi0w", "rpi02w", "rpi1", "rpi2", "rpi3", "rpi4", "rpi400", "rpi5", "rpi-cm4",
          "beaglebone-black", "pine-a64", "rockpro64", "visionfive2", "odroid-xu4", "odroid-n2"})
        EXPECT_NE(boards.find(name), nullptr) << name;
    for (const char *name : {"rpi0", "rpi0w", "rpi1"})
        EXPECT_EQ(boards.find(name)->view(Arch::armhf)->machine, "armv6l") << name;
    EXPECT_EQ(boards.find("rpi3")->view(Arch::arm64)->cpu, "cortex-a53");
    EXPECT_EQ(boards.find("rpi5")->page_size, 16384U);
    for (const Board &board : boards.all())
        for (const BoardView &view : board.views)
            EXPECT_THAT(cpuinfo_text(view, 4), Not(HasSubstr("{"))) << board.name;
    for (const ArchInfo &about : arch_table()) {
        if (about.native)
            continue;
        const Board *generic = boards.choose("", about.arch);
        ASSERT_NE(generic, nullptr) << about.debian;
        EXPECT_EQ(generic->view(about.arch)->machine, about.uname) << about.debian;
    }
}

class KnownBoards : public testing::Test {
  protected:
    KnownBoards() {
        for (const char *name : {"rpi3", "rpi4", "rpi400", "odroid-n2", "generic-arm64"}) {
            Board board = *parse_board("toy", small, "toy.toml");
            board.name = name;
            boards.add(std::move(board));
        }
    }
    Boards boards;
};

TEST_F(KnownBoards, TellNearOnes) {
    EXPECT_EQ(
        boards.check("rpi33", Arch::none).error().message,
        "there is no board \"rpi33\"; is it one of these: rpi3, rpi4; \"frankctl boards\" lists them all");
    EXPECT_THAT(boards.check("odroid", Arch::none).error().message, HasSubstr("odroid-n2"));
    EXPECT_EQ(boards.check("zzzzzzzz", Arch::none).error().message,
              "there is no board \"zzzzzzzz\"; \"frankctl boards\" lists them all");
}

TEST_F(KnownBoards, AreForTheirArchitecturesAlone) {
    EXPECT_TRUE(boards.check("rpi3", Arch::arm64));
    EXPECT_TRUE(boards.check("rpi3", Arch::none));
    EXPECT_TRUE(boards.check("", Arch::riscv64));
    EXPECT_EQ(boards.check("rpi3", Arch::riscv64).error().message,
              "the root is riscv64, and the board rpi3 runs arm64, armhf");
}

TEST_F(KnownBoards, HaveAGenericOneForWhoeverNamesNone) {
    EXPECT_EQ(boards.choose("", Arch::arm64)->name, "generic-arm64");
    EXPECT_EQ(boards.choose("", Arch::s390x), nullptr);
    EXPECT_EQ(boards.choose("rpi4", Arch::arm64)->name, "rpi4");
    EXPECT_EQ(boards.choose("rpi9", Arch::arm64), nullptr);
}

TEST(BoardFiles, ComeBackAsTheyWent) {
    const BoardTexts texts{"processor\t: 0\n", std::string("Toy\0", 4), ""};
    EXPECT_EQ(decode_board_files(encode_board_files(texts)), texts);
    EXPECT_EQ(decode_board_files(encode_board_files({})), BoardTexts{});
}

TEST(BoardFiles, OfAnyOtherFormAreNone) {
    const auto whole = encode_board_files({"cpuinfo", "model", "compatible"});
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_board_files(std::span(whole).first(size))) << size;
    auto longer = whole;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(decode_board_files(longer));
    for (std::size_t at = 0; at < sizeof(BoardFilesHeader); ++at) {
        auto other = whole;
        other[at] ^= std::byte{0x80};
        EXPECT_FALSE(decode_board_files(other)) << at;
    }
    EXPECT_FALSE(decode_board_files(std::vector<std::byte>(board_files_max_bytes + 1)));
}

} // namespace
} // namespace frank::plan
