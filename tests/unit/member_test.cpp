#include "daemon/tree/member.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank::tree {
namespace {

using testing::HasSubstr;

std::string repeated(std::string_view part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

TEST(MemberPath, DropsWhatTarAlsoDrops) {
    EXPECT_EQ(*member_path("usr/bin/sh"), "usr/bin/sh");
    EXPECT_EQ(*member_path("./usr//bin/./sh/"), "usr/bin/sh");
    EXPECT_EQ(*member_path("/etc/passwd"), "etc/passwd");
    EXPECT_EQ(*member_path("...a/..b/c.."), "...a/..b/c..");
}

TEST(MemberPath, OfTheRootIsADot) {
    for (const char *name : {"", ".", "./", "/", "//./"})
        EXPECT_EQ(*member_path(name), ".");
}

TEST(MemberPath, RefusesToLeadOut) {
    for (const char *name : {"..", "../x", "a/../b", "a/..", "/../x", "./../x"}) {
        const auto path = member_path(name);
        ASSERT_FALSE(path) << name;
        EXPECT_EQ(path.error().error, Error::bad_image);
        EXPECT_THAT(path.error().message, HasSubstr(name));
    }
}

TEST(MemberPath, RefusesALongName) {
    EXPECT_TRUE(member_path(std::string(255, 'x')));
    EXPECT_EQ(member_path(std::string(256, 'x')).error().error, Error::limit_exceeded);
}

TEST(MemberPath, RefusesALongPath) {
    const std::string part = std::string(204, 'x') + "/";
    EXPECT_TRUE(member_path(repeated(part, 19)));
    EXPECT_EQ(member_path(repeated(part, 20)).error().error, Error::limit_exceeded);
}

TEST(MemberPath, RefusesADeepPath) {
    EXPECT_TRUE(member_path(repeated("a/", 128)));
    EXPECT_EQ(member_path(repeated("a/", 129)).error().error, Error::limit_exceeded);
}

TEST(MemberPath, NamesAHostileMemberWithoutItsControlCharacters) {
    EXPECT_EQ(member_path("\x1b[2J/../x").error().message,
              "the member \"\\x1b[2J/../x\" leads out of the root by \"..\"");
}

TEST(ParentOf, IsAllButTheLastPart) {
    EXPECT_EQ(parent_of("a/b/c"), "a/b");
    EXPECT_EQ(parent_of("a"), "");
}

} // namespace
} // namespace frank::tree
