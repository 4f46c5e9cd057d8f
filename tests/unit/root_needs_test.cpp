#include "daemon/plan/root_needs.hpp"

#include "support/real_headers.hpp"

#include <gtest/gtest.h>

namespace frank::plan {
namespace {

ArchSet set_of(std::initializer_list<Arch> arches) {
    ArchSet set;
    for (const Arch arch : arches)
        set.insert(arch);
    return set;
}

TEST(ArchSet, HoldsWhatWasPutIn) {
    ArchSet set = set_of({Arch::amd64, Arch::loong64, Arch::none});
    EXPECT_TRUE(set.contains(Arch::loong64));
    EXPECT_FALSE(set.contains(Arch::arm64));
    EXPECT_FALSE(set.contains(Arch::none));
    set.erase(Arch::loong64);
    EXPECT_EQ(set, set_of({Arch::amd64}));
    EXPECT_TRUE(ArchSet().empty());
}

TEST(ArchSet, LeavesOutBitsThatAreNoArchitecture) {
    EXPECT_EQ(ArchSet::from_bits(set_of({Arch::arm64, Arch::sh4eb}).bits()),
              set_of({Arch::arm64, Arch::sh4eb}));
    const ArchSet all = ArchSet::from_bits(~std::uint64_t{0});
    std::size_t count = 0;
    for (unsigned bit = 0; bit < 64; ++bit)
        count += all.bits() >> bit & 1U;
    EXPECT_EQ(count, arch_table().size());
}

TEST(RootNeeds, ReadDpkgsListLineByLine) {
    EXPECT_EQ(arches_in_dpkg_list("arm64\narmhf\n"), set_of({Arch::arm64, Arch::armhf}));
    EXPECT_TRUE(arches_in_dpkg_list("").empty());
    EXPECT_TRUE(arches_in_dpkg_list("\n\n aarch64\nall\nhurd-i386\n").empty());
    EXPECT_EQ(arches_in_dpkg_list("mips64\nmips"), set_of({Arch::mips64}))
        << "a line that was cut off says nothing";
}

TEST(RootNeeds, KnowTheLoadersOfGlibcAndMusl) {
    for (const char *name : {"ld-linux.so.2", "ld-linux-aarch64.so.1", "ld-linux-riscv64-lp64d.so.1",
                             "ld.so.1", "ld64.so.2", "ld-musl-armhf.so.1"})
        EXPECT_TRUE(is_loader_name(name)) << name;
    for (const char *name : {"", ".", "ld", "ld.bfd", "ldconfig", "libc.so.6", "xld-linux.so.2"})
        EXPECT_FALSE(is_loader_name(name)) << name;
}

TEST(RootNeeds, TakeALoaderForWhatItsHeaderSays) {
    for (const auto &real : test::real_headers) {
        const test::Header header = test::header_of(real);
        EXPECT_EQ(arch_of_loader(std::as_bytes(std::span(header))), real.arch) << info(real.arch).debian;
        EXPECT_EQ(arch_of_loader(std::as_bytes(std::span(header).first(40))), Arch::none);
    }
    EXPECT_EQ(arch_of_loader(build_probe(Arch::arm64)), Arch::none) << "a static program is no loader";
}

} // namespace
} // namespace frank::plan
