// Which recipe a tool has, and how its lines and versions are read.
#include "daemon/verify/recipe.hpp"

#include <gmock/gmock.h>

namespace frank::verify {
namespace {

using testing::Contains;
using testing::ElementsAre;

void expect_tool(std::string_view name, std::string_view tool) {
    const Recipe *recipe = find_recipe(name);
    ASSERT_NE(recipe, nullptr) << name;
    EXPECT_THAT(recipe->tools, Contains(tool)) << name;
}

TEST(Recipes, AreFoundByTheNameWithoutTripletAndVersion) {
    expect_tool("aarch64-linux-gnu-gcc-12", "gcc");
    expect_tool("arm-linux-gnueabihf-g++-14", "g++");
    expect_tool("aarch64-linux-gnu-gcc-ar-12", "gcc-ar");
    expect_tool("riscv64-linux-gnu-ld.bfd", "ld.bfd");
    expect_tool("cc1plus", "cc1plus");
    expect_tool("clang", "clang");
    expect_tool("lld", "lld");
    expect_tool("[", "[");
    expect_tool("git", "git");
    expect_tool("git-core/git", "git-core/git");
    expect_tool("sha256sum", "sha256sum");
}

TEST(Recipes, WhatReportsTheMachineHasNone) {
    for (const char *name :
         {"uname", "arch", "getconf", "hostname", "dpkg", "python3.11", "gp-display-text", "nproc"})
        EXPECT_EQ(find_recipe(name), nullptr) << name;
}

TEST(Recipes, LinesAreSplitAtBlanksOutsideOfQuotes) {
    const StepWords step = split_line("-n 's/a b/c/p' '' x < words.txt");
    EXPECT_THAT(step.words, ElementsAre("-n", "s/a b/c/p", "", "x"));
    EXPECT_EQ(step.input, "words.txt");
    EXPECT_THAT(split_line("").words, ElementsAre());
}

TEST(Recipes, AVersionIsTheUpstreamOne) {
    EXPECT_EQ(find_version("aarch64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright"),
              "12.2.0");
    EXPECT_EQ(find_version("GNU bash, version 5.2.15(1)-release (aarch64-unknown-linux-gnu)"), "5.2.15");
    EXPECT_EQ(find_version("GNU Awk 5.2.1, API 3.2, PMA Avon 8-g1, (GNU MPFR 4.2.0)"), "5.2.1");
    EXPECT_EQ(find_version("*** zstd command line interface 64-bits v1.5.4, by Yann Collet ***"), "1.5.4");
    EXPECT_EQ(find_version("sed: invalid option"), "");
}

TEST(PackageOfATool, IsInTheFirstParenthesesOfItsFirstLine) {
    EXPECT_EQ(find_package(
                  "GNU C17 (Debian 12.2.0-14+deb12u1) version 12.2.0 (aarch64-linux-gnu)\n\tcompiled by (x)"),
              "(Debian 12.2.0-14+deb12u1)");
    EXPECT_EQ(find_package("GNU C17\n(Debian)"), "");
    EXPECT_EQ(find_package("GNU C17 (Debian\n)"), "");
    EXPECT_EQ(find_package(""), "");
}

} // namespace
} // namespace frank::verify
