#include "client/text.hpp"

#include <gtest/gtest.h>

using namespace frank::client;

TEST(PrintableText, KeepsPlainTextAndAccents) {
    EXPECT_EQ(printable("Debian GNU/Linux 12 \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7"),
              "Debian GNU/Linux 12 \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7");
}

TEST(PrintableText, EscapesEveryControlCharacter) {
    for (int c = 0; c < 0x20; ++c)
        EXPECT_EQ(printable(std::string(1, static_cast<char>(c))).substr(0, 2), "\\x") << c;
    EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
    EXPECT_EQ(printable("\x7f"), "\\x7f");
    EXPECT_EQ(printable("two\nlines"), "two\\x0alines");
}

TEST(PrintableText, EscapesControlCharactersBeyondAscii) { EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b"); }

TEST(PrintableText, EscapesWhatReordersText) {
    EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");
    EXPECT_EQ(printable("\xe2\x81\xa6"), "\\xe2\\x81\\xa6");
}

TEST(PrintableText, EscapesWhatIsNotUtf8) {
    EXPECT_EQ(printable("a\xff"
                        "b"),
              "a\\xffb");
    EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");          // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // surrogate
    EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");          // cut
}

TEST(Utf8, IsToldFromOtherBytes) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("\xe2\x82\xac"));
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
    EXPECT_FALSE(is_utf8("ok\x80"));
}

TEST(ClippedText, CountsCharactersNotBytes) {
    EXPECT_EQ(width("\xc3\xa9\xe2\x82\xac"), 2U);
    EXPECT_EQ(clipped("\xc3\xa9\xe2\x82\xac", 1), "\xc3\xa9");
    EXPECT_EQ(clipped("abc", 5), "abc");
}
