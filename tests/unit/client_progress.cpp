#include "client/progress.hpp"

#include <gtest/gtest.h>

using frank::client::progress_line;

namespace {

constexpr std::uint64_t mib = 1U << 20U;

} // namespace

TEST(ProgressLine, ShowsBytesInTheScaleOfTheWhole) {
    EXPECT_EQ(progress_line("unpacking", 134 * mib, 451 * mib, "bytes"), "unpacking  134/451 MiB  29%");
    EXPECT_EQ(progress_line("unpacking", 0, 9000, "bytes"), "unpacking  0/8 KiB  0%");
}

TEST(ProgressLine, ShowsPackages) {
    EXPECT_EQ(progress_line("installing", 34, 120, "packages"), "installing  34/120 packages  28%");
}

TEST(ProgressLine, NeedsNoTotal) {
    EXPECT_EQ(progress_line("unpacking", 5 * mib, 0, "bytes"), "unpacking  5 MiB");
    EXPECT_EQ(progress_line("waiting", 0, 0, ""), "waiting");
}

TEST(ProgressLine, ShowsNoMoreThanTheWhole) {
    EXPECT_EQ(progress_line("unpacking", 3, 2, "files"), "unpacking  3/2 files");
    EXPECT_EQ(progress_line("x", UINT64_MAX, UINT64_MAX, "files").find("100%") != std::string::npos, true);
}
