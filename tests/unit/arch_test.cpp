#include "daemon/plan/arch.hpp"
#include "daemon/plan/session_settings.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace frank::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ArchTable, HasEachArchitectureOnce) {
    std::set<Arch> arches;
    std::set<std::string_view> names;
    for (const ArchInfo &entry : arch_table()) {
        arches.insert(entry.arch);
        names.insert(entry.debian);
    }
    EXPECT_EQ(arch_table().size(), 28U);
    EXPECT_EQ(arches.size(), arch_table().size());
    EXPECT_EQ(names.size(), arch_table().size());
}

TEST(ArchTable, HasEveryNameThatAnEmulatorIsLookedForBy) {
    std::set<std::string_view> emulators;
    for (const ArchInfo &entry : arch_table())
        emulators.insert(entry.qemu);
    EXPECT_EQ(emulators,
              (std::set<std::string_view>{
                  "aarch64",     "aarch64_be", "alpha", "arm",         "armeb",    "hppa",    "i386",
                  "loongarch64", "m68k",       "mips",  "mips64",      "mips64el", "mipsel",  "mipsn32",
                  "mipsn32el",   "ppc",        "ppc64", "ppc64le",     "riscv32",  "riscv64", "s390x",
                  "sh4",         "sh4eb",      "sparc", "sparc32plus", "sparc64",  "x86_64"}));
}

TEST(ArchTable, IsTheSameOnTheWireForEver) {
    const std::pair<const char *, int> numbers[] = {
        {"amd64", 1},        {"i386", 2},     {"arm64", 3},    {"armhf", 4},      {"armel", 5},
        {"riscv64", 6},      {"ppc64el", 7},  {"s390x", 8},    {"mips64el", 9},   {"mipsel", 10},
        {"aarch64_be", 11},  {"armeb", 12},   {"riscv32", 13}, {"powerpc", 14},   {"ppc64", 15},
        {"mips", 16},        {"mips64", 17},  {"mipsn32", 18}, {"mipsn32el", 19}, {"sparc", 20},
        {"sparc32plus", 21}, {"sparc64", 22}, {"alpha", 23},   {"hppa", 24},      {"m68k", 25},
        {"sh4", 26},         {"sh4eb", 27},   {"loong64", 28}};
    for (const auto &[name, number] : numbers)
        EXPECT_EQ(arch_by_debian_name(name), Arch{static_cast<std::uint8_t>(number)}) << name;
}

TEST(ArchTable, TellsEveryKindOfFileFromEveryOther) {
    for (const ArchInfo &one : arch_table())
        for (const ArchInfo &other : arch_table())
            if (one.arch != other.arch && one.elf_machine == other.elf_machine &&
                one.elf_class == other.elf_class && one.elf_data == other.elf_data) {
                EXPECT_EQ(one.abi.mask, other.abi.mask) << one.debian << " and " << other.debian;
                EXPECT_NE(one.abi.value, other.abi.value) << one.debian << " and " << other.debian;
            }
}

TEST(ArchTable, GivesEveryFileToOneEmulatorAtMost) {
    for (const ArchInfo &one : arch_table()) {
        EXPECT_TRUE(one.emulator.match(one.abi.value)) << one.debian;
        EXPECT_EQ(one.abi.value & ~one.abi.mask, 0U) << one.debian;
        for (const ArchInfo &other : arch_table())
            if (one.qemu != other.qemu && one.elf_machine == other.elf_machine &&
                one.elf_class == other.elf_class && one.elf_data == other.elf_data) {
                EXPECT_EQ(one.emulator.mask, other.emulator.mask) << one.debian << " and " << other.debian;
                EXPECT_NE(one.emulator.value, other.emulator.value) << one.debian << " and " << other.debian;
            }
    }
}

TEST(ArchTable, FindsEveryEntryByItsDebianName) {
    for (const ArchInfo &entry : arch_table()) {
        EXPECT_EQ(arch_by_debian_name(entry.debian), entry.arch);
        EXPECT_EQ(&info(entry.arch), &entry);
        EXPECT_THAT(arches_by_name(entry.debian), ElementsAre(entry.arch));
    }
}

TEST(ArchTable, FindsByTheNamesOfQemuTheKernelGentooAndGo) {
    EXPECT_THAT(arches_by_name("aarch64"), ElementsAre(Arch::arm64));
    EXPECT_THAT(arches_by_name("ppc64le"), ElementsAre(Arch::ppc64el));
    EXPECT_THAT(arches_by_name("ppc"), ElementsAre(Arch::powerpc));
    EXPECT_THAT(arches_by_name("parisc"), ElementsAre(Arch::hppa));
    EXPECT_THAT(arches_by_name("x86_64"), ElementsAre(Arch::amd64));
    EXPECT_THAT(arches_by_name("386"), ElementsAre(Arch::i386));
    EXPECT_THAT(arches_by_name("mips64le"), ElementsAre(Arch::mips64el));
    EXPECT_THAT(arches_by_name("armv7a-unknown-linux-gnueabihf"), ElementsAre(Arch::armhf));
    EXPECT_THAT(arches_by_name("loongarch64"), ElementsAre(Arch::loong64));
}

TEST(ArchTable, BelievesDebianFirst) {
    EXPECT_THAT(arches_by_name("mips64"), ElementsAre(Arch::mips64)) << "though the kernel calls mips64el so";
    EXPECT_THAT(arches_by_name("sh4"), ElementsAre(Arch::sh4));
    EXPECT_THAT(arches_by_name("sparc"), ElementsAre(Arch::sparc));
}

TEST(ArchTable, SaysAllThatANameCanMean) {
    EXPECT_THAT(arches_by_name("arm"), ElementsAre(Arch::armhf, Arch::armel));
    EXPECT_THAT(arches_by_name("armv7l"), ElementsAre(Arch::armhf, Arch::armel));
}

TEST(ArchTable, IsAskedByWhoeverCreatesASessionAndANameThatMeansSeveralIsRefused) {
    RawCreate raw;
    raw.name = "a";
    raw.arch = "aarch64";
    EXPECT_EQ(parse_create(raw)->arch, Arch::arm64);
    raw.arch = "arm";
    const auto refused = parse_create(raw);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error, Error::unsupported_architecture);
    EXPECT_EQ(refused.error().message, "\"arm\" can be armhf or armel: give one of these");
}

TEST(ArchTable, KnowsNoOtherName) {
    for (const char *name : {"", "ARM64", "arm64 ", "none", "linux-any", "unknown"}) {
        EXPECT_EQ(arch_by_debian_name(name), std::nullopt) << name;
        EXPECT_THAT(arches_by_name(name), IsEmpty()) << name;
    }
    EXPECT_EQ(arch_by_debian_name("aarch64"), std::nullopt);
}

TEST(ArchTable, CallsArm64AsQemuAndTheKernelDo) {
    const ArchInfo &arm64 = info(Arch::arm64);
    EXPECT_EQ(arm64.uname, "aarch64");
    EXPECT_EQ(arm64.qemu, "aarch64");
    EXPECT_EQ(arm64.elf_machine, 183);
    EXPECT_EQ(arm64.default_cpu, "max,pauth-impdef=on");
}

TEST(ArchTable, EmulatesAllButTheIntelOnes) {
    for (const ArchInfo &entry : arch_table())
        EXPECT_EQ(entry.native, entry.arch == Arch::amd64 || entry.arch == Arch::i386) << entry.debian;
}

TEST(ArchTable, IsWhatTheShellCompletes) {
    std::vector<std::string> expected;
    for (const ArchInfo &entry : arch_table())
        if (!entry.native)
            expected.emplace_back(entry.debian);
    std::ifstream file(FRANK_COMPLETION);
    std::stringstream text;
    text << file.rdbuf();
    const std::string script = text.str(), before = "local emulated='";
    const std::size_t begin = script.find(before) + before.size();
    ASSERT_LT(begin, script.size());
    std::istringstream list(script.substr(begin, script.find('\'', begin) - begin));
    const std::vector<std::string> completed{std::istream_iterator<std::string>(list), {}};
    EXPECT_THAT(completed, testing::UnorderedElementsAreArray(expected));
}

TEST(ArchTable, KnowsWhatIsNoArchitecture) {
    EXPECT_FALSE(is_known(Arch::none));
    EXPECT_FALSE(is_known(Arch{29}));
    EXPECT_FALSE(is_known(Arch{255}));
    EXPECT_TRUE(is_known(Arch::mipsel));
    EXPECT_THROW(info(Arch::none), std::logic_error);
}

} // namespace
} // namespace frank::plan
