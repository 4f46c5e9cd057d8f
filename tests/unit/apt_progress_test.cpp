#include "daemon/tree/apt_progress.hpp"

#include <gtest/gtest.h>

namespace frank::tree {
namespace {

using News = AptProgress::News;

TEST(AptProgress, CountsThePackagesOfSeveralRunsOfApt) {
    AptProgress progress;
    EXPECT_EQ(progress.take("0 upgraded, 69 newly installed, 0 to remove and 0 not upgraded."),
              News::packages);
    EXPECT_EQ(progress.total(), 69U);
    EXPECT_EQ(progress.take("Setting up libc6:arm64 (2.36-9+deb12u14) ..."), News::packages);
    EXPECT_EQ(progress.take("0 upgraded, 27 newly installed, 0 to remove and 0 not upgraded."),
              News::packages);
    EXPECT_EQ(progress.take("Setting up gcc (4:12.2.0-3) ..."), News::packages);
    EXPECT_EQ(progress.done(), 2U);
    EXPECT_EQ(progress.total(), 96U);
}

TEST(AptProgress, TellsTheStages) {
    AptProgress progress;
    EXPECT_EQ(progress.take("I: installing essential packages..."), News::stage);
    EXPECT_EQ(progress.stage(), "installing essential packages");
}

TEST(AptProgress, KeepsTheFirstErrorWhichIsTheCause) {
    AptProgress progress;
    EXPECT_EQ(progress.take("E: "), News::none);
    EXPECT_EQ(progress.take("E: Unable to locate package \x1b[0mgc"), News::none);
    EXPECT_EQ(progress.take("E: setup failed"), News::none);
    EXPECT_EQ(progress.error(), "Unable to locate package \\x1b[0mgc");
    EXPECT_FALSE(progress.out_of_space());
}

TEST(AptProgress, SeesAFullDisk) {
    AptProgress progress;
    (void)progress.take("dpkg: error processing x: cannot copy: No space left on device");
    EXPECT_TRUE(progress.out_of_space());
}

TEST(AptProgress, IsNotMovedByOtherLines) {
    AptProgress progress;
    for (const char *line : {"", " newly installed", "x newly installed", "9x newly installed", "Unpacking x",
                             "99999999999999999999 newly installed", "-3 newly installed"})
        EXPECT_EQ(progress.take(line), News::none) << line;
    EXPECT_EQ(progress.total(), 0U);
}

} // namespace
} // namespace frank::tree
