#include "daemon/plan/elf.hpp"

#include <array>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace frank::plan {
namespace {

using Header = std::array<std::uint8_t, 64>;

std::optional<ElfIdent> parse(const Header &header, std::size_t size = 64) {
    return parse_elf(std::as_bytes(std::span(header).first(size)));
}

Header arm_header(std::uint8_t flags_second_byte) {
    Header header{0x7f, 'E', 'L', 'F', 1, 1, 1};
    header[16] = 3;
    header[18] = 40;
    header[37] = flags_second_byte;
    header[39] = 5; // EABI5
    return header;
}

TEST(Elf, ReadsALittleEndianHeader) {
    Header header{0x7f, 'E', 'L', 'F', 2, 1, 1, 3};
    header[16] = 3;
    header[18] = 183;
    header[48] = 0x78;
    header[51] = 0x12;
    EXPECT_EQ(parse(header), (ElfIdent{2, 1, 3, 3, 183, 0x12000078}));
}

TEST(Elf, ReadsABigEndianHeader) {
    Header header{0x7f, 'E', 'L', 'F', 2, 2, 1};
    header[17] = 2;
    header[19] = 22;
    header[51] = 1;
    const auto ident = parse(header);
    EXPECT_EQ(ident, (ElfIdent{2, 2, 0, 2, 22, 1}));
    EXPECT_EQ(arch_of(*ident), Arch::s390x);
}

TEST(Elf, TellsArmhfFromArmelByItsFlags) {
    EXPECT_EQ(arch_of(*parse(arm_header(0x04))), Arch::armhf);
    EXPECT_EQ(arch_of(*parse(arm_header(0x02))), Arch::armel);
    EXPECT_EQ(arch_of(*parse(arm_header(0x00))), Arch::armel);
}

TEST(Elf, TellsTheThreeAbisOfMipsApart) {
    EXPECT_EQ(arch_of(ElfIdent{1, 1, 0, 2, 8, 0x80000027}), Arch::mipsn32el);
    EXPECT_EQ(arch_of(ElfIdent{1, 2, 0, 2, 8, 0x80000027}), Arch::mipsn32);
    EXPECT_EQ(arch_of(ElfIdent{1, 1, 0, 2, 8, 0x70001007}), Arch::mipsel);
    EXPECT_EQ(arch_of(ElfIdent{1, 2, 0, 2, 8, 0x70001007}), Arch::mips);
    EXPECT_EQ(arch_of(ElfIdent{2, 1, 0, 2, 8, 0x80000007}), Arch::mips64el);
    EXPECT_EQ(arch_of(ElfIdent{2, 2, 0, 2, 8, 0x80000007}), Arch::mips64);
}

TEST(Elf, TakesAFileWithUnusualFlagsForWhatItsEmulatorRuns) {
    EXPECT_EQ(arch_of(ElfIdent{2, 1, 0, 2, 21, 0}), Arch::ppc64el) << "assembled by hand: no ABI";
    EXPECT_EQ(arch_of(ElfIdent{2, 1, 0, 2, 243, 0}), Arch::riscv64) << "soft float";
    EXPECT_EQ(arch_of(ElfIdent{1, 2, 0, 2, 18, 0}), Arch::sparc32plus);
}

TEST(Elf, TellsPowerAndSparcApartByClassOrderAndMachine) {
    EXPECT_EQ(arch_of(ElfIdent{2, 2, 0, 2, 21, 1}), Arch::ppc64) << "ELFv1";
    EXPECT_EQ(arch_of(ElfIdent{2, 2, 0, 2, 21, 2}), Arch::ppc64) << "ELFv2";
    EXPECT_EQ(arch_of(ElfIdent{1, 2, 0, 2, 20, 0}), Arch::powerpc);
    EXPECT_EQ(arch_of(ElfIdent{1, 2, 0, 2, 2, 0}), Arch::sparc);
    EXPECT_EQ(arch_of(ElfIdent{2, 2, 0, 2, 43, 0}), Arch::sparc64);
}

TEST(Elf, KnowsNoX32AndNoUnknownMachine) {
    EXPECT_EQ(arch_of(ElfIdent{1, 1, 0, 2, 62, 0}), std::nullopt) << "x32";
    EXPECT_EQ(arch_of(ElfIdent{1, 1, 0, 2, 183, 0}), std::nullopt) << "arm64ilp32";
    EXPECT_EQ(arch_of(ElfIdent{2, 2, 0, 2, 258, 0}), std::nullopt);
    EXPECT_EQ(arch_of(ElfIdent{1, 1, 0, 2, 94, 0}), std::nullopt) << "xtensa";
}

TEST(Elf, RefusesTooFewBytes) {
    const Header wide{0x7f, 'E', 'L', 'F', 2, 1, 1};
    const Header narrow{0x7f, 'E', 'L', 'F', 1, 1, 1};
    EXPECT_FALSE(parse(wide, 63));
    EXPECT_TRUE(parse(wide, 64));
    EXPECT_FALSE(parse(narrow, 51));
    EXPECT_TRUE(parse(narrow, 52));
    EXPECT_FALSE(parse(narrow, 0));
}

TEST(Elf, RefusesWhatIsNoElf) {
    EXPECT_FALSE(parse({'#', '!', '/', 'b', 'i', 'n'}));
    EXPECT_FALSE(parse({0x7f, 'E', 'L', 'f', 2, 1, 1}));
    EXPECT_FALSE(parse({0x7f, 'E', 'L', 'F', 0, 1, 1}));
    EXPECT_FALSE(parse({0x7f, 'E', 'L', 'F', 3, 1, 1}));
    EXPECT_FALSE(parse({0x7f, 'E', 'L', 'F', 2, 3, 1}));
}

TEST(Elf, ReadsAnyBytesWithoutHarm) {
    std::mt19937 random(1); // NOLINT: the same bytes in every run
    for (int round = 0; round < 200'000; ++round) {
        Header header{};
        for (auto &byte : header)
            byte = static_cast<std::uint8_t>(random());
        if (round % 2 == 0)
            header = {0x7f,
                      'E',
                      'L',
                      'F',
                      static_cast<std::uint8_t>(random() % 4),
                      static_cast<std::uint8_t>(random() % 4),
                      1,
                      0};
        const std::size_t size = random() % 65;
        const std::vector<std::uint8_t> exact(header.begin(),
                                              header.begin() + static_cast<std::ptrdiff_t>(size));
        if (const auto ident = parse_elf(std::as_bytes(std::span(exact)))) {
            ASSERT_GE(size, 52U);
            (void)arch_of(*ident);
        }
    }
}

} // namespace
} // namespace frank::plan
