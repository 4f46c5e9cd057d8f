// What the kernel runs is found by trying.
#include "daemon/plan/probe_elf.hpp"
#include "daemon/sys/program.hpp"

#include <gtest/gtest.h>

namespace frank::sys {
namespace {

TEST(Program, OfThisMachineIsRunAndWhatIsNoneIsNot) {
    EXPECT_TRUE(kernel_runs(plan::build_probe(plan::Arch::amd64)));
    auto text = plan::build_probe(plan::Arch::amd64);
    text.at(18) = std::byte{0xfe}; // e_machine: nobody's
    text.at(19) = std::byte{0xfe};
    EXPECT_FALSE(kernel_runs(text));
    EXPECT_FALSE(kernel_runs({}));
}

} // namespace
} // namespace frank::sys
