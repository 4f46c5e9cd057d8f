#include "daemon/plan/binfmt.hpp"

#include "daemon/plan/elf.hpp"
#include "support/binfmt_model.hpp"
#include "support/real_headers.hpp"

#include <gmock/gmock.h>
#include <set>
#include <stdexcept>

namespace frank::plan {
namespace {

using test::Header;
using test::kernel_entry;
using test::KernelEntry;
using testing::ElementsAre;
using testing::IsEmpty;

struct Registered {
    Arch arch;
    KernelEntry entry;
};

/// One for each emulator, as the kernel understands its line.
std::vector<Registered> whole_table() {
    std::vector<Registered> table;
    std::set<std::string> names;
    for (const ArchInfo &about : arch_table())
        if (!about.native && names.insert(entry_name(about.arch)).second)
            if (const auto entry = kernel_entry(registration_line(about.arch, "/proc/self/fd/100", "PFC")))
                table.push_back({about.arch, *entry});
    return table;
}

std::vector<std::string> takers(const Header &header) {
    std::vector<std::string> names;
    for (const Registered &registered : whole_table())
        if (registered.entry.takes(header))
            names.push_back(registered.entry.name);
    return names;
}

std::vector<std::string> expected(Arch arch) {
    if (info(arch).native)
        return {};
    return {entry_name(arch)};
}

/// e_type, in the file's own byte order.
Header with_type(Header header, unsigned type) {
    header[header[5] == 2 ? 17 : 16] = static_cast<std::uint8_t>(type);
    return header;
}

TEST(RegistrationLine, OfArm64IsAsTheKernelWantsIt) {
    EXPECT_EQ(registration_line(Arch::arm64, "/proc/self/fd/9", "PFC"),
              ":frank-aarch64:M::"
              R"(\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:)"
              R"(\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff:)"
              "/proc/self/fd/9:PFC");
}

TEST(RegistrationLine, OfThisMachinesOwnArchitectureIsNeverMade) {
    EXPECT_THROW((void)registration_line(Arch::amd64, "/x", "PF"), std::logic_error);
    const auto entry = kernel_entry(registration_line(Arch::i386, "/x", "PFC")); // where the kernel lacks it
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->name, "frank-i386");
}

TEST(RegistrationLine, OfS390xIsBigEndian) {
    EXPECT_EQ(registration_line(Arch::s390x, "/x", "PF"),
              ":frank-s390x:M::"
              R"(\x7f\x45\x4c\x46\x02\x02\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x16:)"
              R"(\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xfe\xff\xff:)"
              "/x:PF");
}

TEST(RegistrationLine, OfEveryArchitectureFitsTheKernelsOldestLimits) {
    const std::string longest(127, '/');
    for (const ArchInfo &about : arch_table()) {
        if (about.native)
            continue;
        const std::string line = registration_line(about.arch, longest, "POCF");
        const auto entry = kernel_entry(line);
        ASSERT_TRUE(entry) << line;
        EXPECT_EQ(entry->name, entry_name(about.arch));
        EXPECT_EQ(entry->interpreter, longest);
        EXPECT_EQ(entry->flags, "POCF");
        EXPECT_EQ(entry->offset, 0U);
        EXPECT_GE(entry->size, 20U) << "all up to e_machine";
    }
    EXPECT_EQ(whole_table().size(), 25U);
}

TEST(RegistrationLine, TakesRealProgramsOfItsArchitectureAndNobodyElses) {
    for (const auto &[arch, header] : test::header_samples())
        EXPECT_EQ(takers(header), expected(arch)) << info(arch).debian;
}

TEST(RegistrationLine, TakesThemStaticOrNotWhateverTheRestOfTheirIdent) {
    for (const auto &[arch, sample] : test::header_samples())
        for (const unsigned type : {2U, 3U})
            for (const unsigned osabi : {0U, 3U, 255U}) { // none, GNU, standalone
                Header header = with_type(sample, type);
                header[7] = static_cast<std::uint8_t>(osabi);
                EXPECT_EQ(takers(header), expected(arch)) << info(arch).debian;
                header[8] = 5; // MIPS' own ABI versions
                header[9] = 'A';
                header[10] = 2; // an AppImage
                EXPECT_EQ(takers(header), expected(arch)) << info(arch).debian;
            }
}

TEST(RegistrationLine, TakesNoObjectNoCoreAndNoNearlyElf) {
    for (const auto &[arch, header] : test::header_samples()) {
        for (const unsigned type : {0U, 1U, 4U, 5U, 6U, 7U})
            EXPECT_THAT(takers(with_type(header, type)), IsEmpty()) << info(arch).debian << ", type " << type;
        for (const std::size_t byte : std::initializer_list<std::size_t>{0, 1, 2, 3, 6}) {
            Header other = header;
            other[byte] ^= 1;
            EXPECT_THAT(takers(other), IsEmpty()) << info(arch).debian << ", byte " << byte;
        }
        Header wide = with_type(header, 0); // e_type is 16 bits wide
        wide[header[5] == 2 ? 16 : 17] = 2;
        EXPECT_THAT(takers(wide), IsEmpty()) << info(arch).debian;
    }
}

TEST(RegistrationLine, KnowsEachArchitectureFromItsNeighbours) {
    const auto takers_of = [](std::uint8_t elf_class, std::uint8_t data, std::uint16_t machine,
                              std::uint32_t flags) {
        Header header{0x7f, 'E', 'L', 'F', elf_class, data, 1};
        const bool big = data == 2;
        const auto put = [&](std::size_t at, std::uint32_t value, std::size_t bytes) {
            for (std::size_t i = 0; i < bytes; ++i)
                header[at + (big ? bytes - 1 - i : i)] = static_cast<std::uint8_t>(value >> 8 * i);
        };
        put(16, 2, 2);
        put(18, machine, 2);
        put(elf_class == 2 ? 48 : 36, flags, 4);
        return takers(header);
    };
    EXPECT_THAT(takers_of(1, 1, 8, 0x70001005), ElementsAre("frank-mipsel")) << "o32";
    EXPECT_THAT(takers_of(1, 1, 8, 0x80000027), ElementsAre("frank-mipsn32el"));
    EXPECT_THAT(takers_of(2, 1, 8, 0x80000007), ElementsAre("frank-mips64el")) << "n64";
    EXPECT_THAT(takers_of(1, 2, 8, 0x50001007), ElementsAre("frank-mips"));
    EXPECT_THAT(takers_of(1, 2, 8, 0x80000026), ElementsAre("frank-mipsn32"));
    EXPECT_THAT(takers_of(2, 2, 8, 0x80000007), ElementsAre("frank-mips64"));
    EXPECT_THAT(takers_of(2, 2, 21, 1), ElementsAre("frank-ppc64")) << "ELFv1";
    EXPECT_THAT(takers_of(2, 2, 21, 2), ElementsAre("frank-ppc64")) << "ELFv2, as musl has it";
    EXPECT_THAT(takers_of(2, 1, 21, 2), ElementsAre("frank-ppc64le"));
    EXPECT_THAT(takers_of(1, 2, 20, 0), ElementsAre("frank-ppc"));
    EXPECT_THAT(takers_of(1, 1, 20, 0), IsEmpty()) << "qemu has no little-endian 32-bit one";
    EXPECT_THAT(takers_of(1, 1, 40, 0x05000400), ElementsAre("frank-arm")) << "hard float";
    EXPECT_THAT(takers_of(1, 1, 40, 0x05000200), ElementsAre("frank-arm")) << "soft float";
    EXPECT_THAT(takers_of(1, 1, 40, 0x05000000), ElementsAre("frank-arm")) << "Go";
    EXPECT_THAT(takers_of(1, 2, 40, 0x05800200), ElementsAre("frank-armeb")) << "be8";
    EXPECT_THAT(takers_of(1, 2, 40, 0x05000200), ElementsAre("frank-armeb")) << "be32";
    EXPECT_THAT(takers_of(1, 2, 2, 0), ElementsAre("frank-sparc"));
    EXPECT_THAT(takers_of(1, 2, 18, 0x300), ElementsAre("frank-sparc32plus"));
    EXPECT_THAT(takers_of(2, 2, 43, 0), ElementsAre("frank-sparc64"));
    EXPECT_THAT(takers_of(2, 2, 22, 0), ElementsAre("frank-s390x"));
    EXPECT_THAT(takers_of(1, 2, 22, 0), IsEmpty()) << "31-bit s390";
    EXPECT_THAT(takers_of(1, 1, 183, 0), IsEmpty()) << "arm64ilp32";
    EXPECT_THAT(takers_of(1, 1, 62, 0), IsEmpty()) << "x32";
    EXPECT_THAT(takers_of(1, 1, 243, 4), ElementsAre("frank-riscv32"));
    EXPECT_THAT(takers_of(2, 1, 243, 5), ElementsAre("frank-riscv64"));
    EXPECT_THAT(takers_of(2, 2, 15, 0), IsEmpty()) << "64-bit hppa";
    EXPECT_THAT(takers_of(1, 1, 258, 0), IsEmpty()) << "32-bit loongarch";
}

TEST(RegistrationLine, RefusesAnInterpreterThatTheKernelWouldMisread) {
    EXPECT_THROW(registration_line(Arch::arm64, "", "PF"), std::logic_error);
    EXPECT_THROW(registration_line(Arch::arm64, "/a:b", "PF"), std::logic_error);
    EXPECT_THROW(registration_line(Arch::arm64, "/a\nb", "PF"), std::logic_error);
    EXPECT_THROW(registration_line(Arch::arm64, std::string(128, '/'), "PF"), std::logic_error);
    EXPECT_NO_THROW(registration_line(Arch::arm64, std::string(127, '/'), "PF"));
}

TEST(EntryName, IsSharedByTheTwoArms) {
    EXPECT_EQ(entry_name(Arch::armhf), "frank-arm");
    EXPECT_EQ(entry_name(Arch::armel), "frank-arm");
    EXPECT_EQ(entry_name(Arch::ppc64el), "frank-ppc64le");
}

/// Marsaglia's xorshift64: fast, and the same in every run.
class Random {
  public:
    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }

  private:
    std::uint64_t state_ = 0x9e3779b97f4a7c15;
};

/// A real one with up to three bytes changed, half of them in the fields that matter; or one out of nothing.
Header random_header(Random &random, const std::vector<test::Sample> &samples) {
    Header header;
    std::uint64_t dice = random.next();
    if (dice % 16 == 0) {
        for (std::size_t i = 0; i < header.size(); i += 8)
            for (std::uint64_t bytes = random.next(), j = 0; j < 8; ++j, bytes >>= 8)
                header[i + j] = static_cast<std::uint8_t>(bytes);
        return header;
    }
    header = samples[(dice >> 4) % samples.size()].header;
    dice = random.next();
    for (std::uint64_t changes = dice % 4; changes > 0; --changes) {
        constexpr std::array<std::uint8_t, 16> fields{4,  5,  6,  7,  16, 17, 18, 19,
                                                      36, 37, 38, 39, 48, 49, 50, 51};
        dice = random.next();
        const std::size_t at =
            dice % 2 == 0 ? fields[(dice >> 1) % fields.size()] : (dice >> 1) % header.size();
        // A small number, as classes, orders and types are; any; or one bit of what was there.
        const auto value = static_cast<std::uint8_t>(dice >> 16);
        const unsigned flipped = header[at] ^ (1U << (value % 8));
        header[at] = static_cast<std::uint8_t>(dice >> 24 & 1   ? value % 4U
                                               : dice >> 25 & 1 ? value
                                                                : flipped);
    }
    return header;
}

TEST(RegistrationLine, AgreesWithTheElfReaderOnTenMillionHeaders) {
    const std::vector<Registered> table = whole_table();
    const auto samples = test::header_samples();
    Random random;
    std::uint64_t taken = 0;
    for (int round = 0; round < 10'000'000; ++round) {
        const Header header = random_header(random, samples);
        const Registered *taker = nullptr;
        for (const Registered &registered : table)
            if (registered.entry.takes(header)) {
                ASSERT_EQ(taker, nullptr) << "two entries take it: " << testing::PrintToString(header);
                taker = &registered;
            }
        // The other way: read the fields, look them up.
        const auto ident = parse_elf(std::as_bytes(std::span(header)));
        const bool program = ident && header[6] == 1 && (ident->type == 2 || ident->type == 3);
        const auto arch = program ? arch_of(*ident) : std::nullopt;
        if (!arch || info(*arch).native) {
            ASSERT_EQ(taker, nullptr) << taker->entry.name << " takes " << testing::PrintToString(header);
            continue;
        }
        ASSERT_NE(taker, nullptr) << info(*arch).debian << ": " << testing::PrintToString(header);
        ASSERT_EQ(info(taker->arch).qemu, info(*arch).qemu) << testing::PrintToString(header);
        ++taken;
    }
    EXPECT_GT(taken, 1'000'000U) << "or it has not tried much";
}

} // namespace
} // namespace frank::plan
