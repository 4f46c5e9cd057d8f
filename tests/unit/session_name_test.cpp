#include "daemon/plan/session_name.hpp"

#include <gtest/gtest.h>
#include <random>

namespace frank::plan {
namespace {

TEST(SessionName, TakesLettersDigitsAndDashes) {
    for (const char *name : {"a", "rpi3", "my-pi-4", "a--", "z0123456789-0123456789-012345678"})
        EXPECT_EQ(SessionName::parse(name)->str(), name);
}

TEST(SessionName, RefusesASlash) { EXPECT_FALSE(SessionName::parse("a/b")); }
TEST(SessionName, RefusesDots) {
    EXPECT_FALSE(SessionName::parse(".."));
    EXPECT_FALSE(SessionName::parse("a.b"));
}
TEST(SessionName, RefusesAControlCharacter) {
    EXPECT_FALSE(SessionName::parse("a\nb"));
    EXPECT_FALSE(SessionName::parse("a\x1b"));
    EXPECT_FALSE(SessionName::parse(std::string_view("a\0", 2)));
}
TEST(SessionName, RefusesTheEmptyName) { EXPECT_FALSE(SessionName::parse("")); }
TEST(SessionName, RefusesAFirstCharacterThatIsNoLetter) {
    EXPECT_FALSE(SessionName::parse("-a"));
    EXPECT_FALSE(SessionName::parse("3pi"));
}
TEST(SessionName, RefusesMoreThan32Characters) {
    EXPECT_TRUE(SessionName::parse(std::string(32, 'a')));
    EXPECT_FALSE(SessionName::parse(std::string(33, 'a')));
}
TEST(SessionName, RefusesCapitalsAndWhatOnlyLooksLikeALetter) {
    EXPECT_FALSE(SessionName::parse("Rpi"));
    EXPECT_FALSE(SessionName::parse("аpi")); // Cyrillic
    EXPECT_FALSE(SessionName::parse("a_b"));
    EXPECT_FALSE(SessionName::parse("a b"));
}

TEST(SessionName, SaysInOneLineWhatIsAllowed) {
    const auto name = SessionName::parse("a\n/b");
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().error, Error::invalid_argument);
    EXPECT_EQ(name.error().message,
              "\"a\\n/b\" cannot be a session's name: use a to z, 0 to 9 and \"-\", a letter "
              "first, at most 32");
}

TEST(SessionName, TakesExactlyItsRegularLanguage) {
    std::mt19937 random(3); // NOLINT: the same names in every run
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    for (int round = 0; round < 100'000; ++round) {
        std::string text(random() % 36, '\0');
        for (char &c : text)
            c = random() % 50 == 0 ? static_cast<char>(random()) : "abcxyz0189-"[random() % 11];
        bool expected = !text.empty() && text.size() <= 32 && lower(text[0]);
        for (const char c : text)
            expected = expected && (lower(c) || (c >= '0' && c <= '9') || c == '-');
        ASSERT_EQ(SessionName::parse(text).has_value(), expected) << text;
    }
}

} // namespace
} // namespace frank::plan
