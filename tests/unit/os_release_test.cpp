#include "daemon/plan/os_release.hpp"

#include <gtest/gtest.h>
#include <random>

namespace frank::plan {
namespace {

TEST(PrettyName, IsReadWithAndWithoutQuotes) {
    EXPECT_EQ(pretty_name("NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"),
              "Debian GNU/Linux 12 (bookworm)");
    EXPECT_EQ(pretty_name("PRETTY_NAME='Alpine Linux'"), "Alpine Linux");
    EXPECT_EQ(pretty_name("PRETTY_NAME=Void"), "Void");
    EXPECT_EQ(pretty_name("PRETTY_NAME=\"a \\\"b\\\" \\$c\""), "a \"b\" $c");
}

TEST(PrettyName, IsTheLastOneAndNoOtherKey) {
    EXPECT_EQ(pretty_name("PRETTY_NAME=a\nPRETTY_NAME=b\n"), "b");
    EXPECT_EQ(pretty_name("XPRETTY_NAME=a\n PRETTY_NAME=b\n#PRETTY_NAME=c\n"), "Linux");
}

TEST(PrettyName, IsLinuxWhereThereIsNone) {
    EXPECT_EQ(pretty_name(""), "Linux");
    EXPECT_EQ(pretty_name("\n\n"), "Linux");
    EXPECT_EQ(pretty_name("PRETTY_NAME="), "Linux");
}

TEST(PrettyName, HasNoControlCharactersAndRunsNothing) {
    EXPECT_EQ(pretty_name("PRETTY_NAME=\"\x1b[31m$(reboot)`id`\""), "\\x1b[31m$(reboot)`id`");
}

TEST(PrettyName, IsShortForAnyBytes) {
    std::mt19937 random(7); // NOLINT: the same bytes in every run
    for (int round = 0; round < 20'000; ++round) {
        std::string text = "PRETTY_NAME=";
        for (std::size_t i = random() % 300; i > 0; --i)
            text += random() % 3 == 0 ? "\"'\\\n "[random() % 5] : static_cast<char>(random());
        ASSERT_LE(pretty_name(text).size(), 200U);
    }
}

} // namespace
} // namespace frank::plan
