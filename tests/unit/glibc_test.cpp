#include "daemon/plan/glibc.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace frank::plan {
namespace {

TEST(GlibcRule, IsOneComparison) {
    const auto rule = parse_glibc_rule(">= 2.41");
    ASSERT_TRUE(rule);
    EXPECT_TRUE(rule->holds({2, 41}));
    EXPECT_TRUE(rule->holds({2, 100})) << "as numbers, not as texts";
    EXPECT_TRUE(rule->holds({3, 0}));
    EXPECT_FALSE(rule->holds({2, 4}));
    EXPECT_TRUE(parse_glibc_rule("<2.34")->holds({2, 33}));
    EXPECT_FALSE(parse_glibc_rule("< 2.34")->holds({2, 34}));
}

TEST(GlibcRule, IsNothingElse) {
    for (const char *text :
         {"", "2.41", "> 2.41", "<= 2.41", "== 2.41", ">= 2", ">= 2.", ">= .41", ">= 2.41.1", ">= 2.41 ",
          ">= two", ">=\t2.41", ">= 2.4100", ">= -2.41", ">= 2.41, < 2.43"})
        EXPECT_FALSE(parse_glibc_rule(text)) << text;
}

TEST(Glibc, IsKnownByItsBanner) {
    const auto of = [](const std::string &bytes) { return glibc_in(bytes); };
    EXPECT_EQ(of("\x7f"
                 "ELF GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\nCopyright"),
              (GlibcVersion{2, 36}));
    EXPECT_EQ(of("GNU C Library (Gentoo 2.42-r1 (patchset 2)) stable release version 2.42.\n"),
              (GlibcVersion{2, 42}));
    EXPECT_EQ(of("GNU C Library (GNU libc) development release version 2.41.9000.\n"), (GlibcVersion{2, 41}));
    EXPECT_EQ(of("GNU C Library (lost) ... GNU C Library (x) stable release version 2.31."),
              (GlibcVersion{2, 31}));
}

TEST(Glibc, IsNotKnownByLess) {
    for (const char *text : {"", "GNU C Library", "GNU C Library (x) stable release version", "musl libc",
                             "GNU C Library (x) stable release version 2.3", "release version 2.36.",
                             "GNU C Library (x) stable release version 9999.36."})
        EXPECT_FALSE(glibc_in(text)) << text;
    EXPECT_FALSE(glibc_in("GNU C Library (" + std::string(max_banner_bytes, 'x') + " release version 2.36."));
}

TEST(Glibc, IsLookedForInAnyBytesWithoutHarm) {
    std::mt19937 random(7); // NOLINT: the same bytes in every run
    for (int round = 0; round < 3'000; ++round) {
        std::string bytes = "..GNU C Library (x) stable release version 2.36.\n";
        for (std::size_t change = 0; change < 1 + random() % 4; ++change)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        (void)glibc_in(bytes);
        (void)parse_glibc_rule(bytes);
    }
}

} // namespace
} // namespace frank::plan
