#include "daemon/plan/printable.hpp"

#include <gtest/gtest.h>
#include <random>

namespace frank::plan {
namespace {

TEST(Printable, LeavesTextAlone) {
    EXPECT_EQ(printable("", 10), "");
    EXPECT_EQ(printable("Grüße, 世界 🐧", 100), "Grüße, 世界 🐧");
    EXPECT_EQ(printable("a\\b", 10), "a\\b");
}

TEST(Printable, EscapesControlCharacters) {
    EXPECT_EQ(printable("a\nb\tc\rd", 100), "a\\nb\\tc\\rd");
    EXPECT_EQ(printable("\x1b[31m\x07\x7f", 100), "\\x1b[31m\\x07\\x7f");
    EXPECT_EQ(printable(std::string_view("\0", 1), 100), "\\x00");
}

TEST(Printable, EscapesWhatATerminalTakesForAControlCharacterInUtf8) {
    EXPECT_EQ(printable("\u009b31m", 100), "\\xc2\\x9b31m");
    EXPECT_EQ(printable("a\u202eb", 100), "a\\xe2\\x80\\xaeb");
    EXPECT_EQ(printable("a\u2066b", 100), "a\\xe2\\x81\\xa6b");
}

TEST(Printable, EscapesInvalidUtf8) {
    EXPECT_EQ(printable("\xff", 100), "\\xff");
    EXPECT_EQ(printable("a\xc3", 100), "a\\xc3");                          // cut
    EXPECT_EQ(printable("\xc0\xaf", 100), "\\xc0\\xaf");                   // overlong
    EXPECT_EQ(printable("\xe0\x80\xaf", 100), "\\xe0\\x80\\xaf");          // overlong
    EXPECT_EQ(printable("\xed\xa0\x80", 100), "\\xed\\xa0\\x80");          // surrogate
    EXPECT_EQ(printable("\xf4\x90\x80\x80", 100), "\\xf4\\x90\\x80\\x80"); // above U+10FFFF
}

TEST(Printable, CutsBetweenCharacters) {
    EXPECT_EQ(printable("abcdefgh", 8), "abcdefgh");
    EXPECT_EQ(printable("abcdefghi", 8), "abcde…");
    EXPECT_EQ(printable("abcdeüghi", 8), "abcde…");
    EXPECT_EQ(printable("abcdüfghi", 8), "abcd…");
    EXPECT_EQ(printable("abc\nefghi", 8), "abc\\n…");
    EXPECT_EQ(printable("abcd\x01xyz", 8), "abcd…");
    EXPECT_EQ(printable("abcd", 2), "");
}

TEST(Printable, GivesNoControlByteAndNeverMoreThanItMayForAnyBytes) {
    std::mt19937 random(2); // NOLINT: the same bytes in every run
    for (int round = 0; round < 50'000; ++round) {
        std::string text(random() % 40, '\0');
        for (char &c : text)
            c = static_cast<char>(random());
        const std::size_t limit = random() % 60;
        const std::string shown = printable(text, limit);
        ASSERT_LE(shown.size(), limit);
        for (const char c : shown)
            ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
        ASSERT_EQ(printable(shown, limit), shown);
    }
}

} // namespace
} // namespace frank::plan
