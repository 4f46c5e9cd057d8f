#include "daemon/plan/elf.hpp"
#include "daemon/plan/probe_elf.hpp"

#include <gtest/gtest.h>

namespace frank::plan {
namespace {

TEST(ProbeElf, IsRecognisedAsItsOwnArchitectureForEveryEntryOfTheTable) {
    for (const ArchInfo &about : arch_table()) {
        const auto probe = build_probe(about.arch);
        const auto ident = parse_elf(probe);
        ASSERT_TRUE(ident) << about.debian;
        EXPECT_EQ(arch_of(*ident), about.arch) << about.debian;
    }
}

TEST(ProbeElf, IsSmall) {
    for (const ArchInfo &about : arch_table())
        EXPECT_LT(build_probe(about.arch).size(), 160U) << about.debian;
}

} // namespace
} // namespace frank::plan
