// Where in a session a directory may be seen, and how binds are written down.

#include "daemon/plan/session_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace frank;
using plan::Bind;
using plan::check_new_bind;
using plan::parse_bind_target;
using testing::HasSubstr;

TEST(BindTarget, IsAbsoluteAndPlain) {
    EXPECT_EQ(*parse_bind_target("/src"), "/src");
    EXPECT_EQ(*parse_bind_target("//home/./me///src/"), "/home/me/src");
    EXPECT_EQ(*parse_bind_target("/run/frankendish"), "/run/frankendish");
    EXPECT_EQ(*parse_bind_target("/developer"), "/developer");
    EXPECT_EQ(*parse_bind_target("/srv/t\xc3\xa4st..d"), "/srv/t\xc3\xa4st..d");
}

TEST(BindTarget, IsRefusedInWordsWhereItIsNoPlaceForADirectory) {
    const auto refused = [](const std::string &text) {
        const auto result = parse_bind_target(text);
        EXPECT_FALSE(result) << text << " gave " << *result;
        return result ? std::string() : result.error().message;
    };
    EXPECT_THAT(refused(""), HasSubstr("is not absolute"));
    EXPECT_THAT(refused("src"), HasSubstr("is not absolute"));
    EXPECT_THAT(refused("/a/../b"), HasSubstr("\"/a/..\" leads upwards"));
    EXPECT_THAT(refused("/"), HasSubstr("the session's root itself"));
    EXPECT_THAT(refused("/./"), HasSubstr("the session's root itself"));
    for (const char *own : {"/dev", "/dev/shm", "/proc/1", "/sys", "/run/frankend/native", "/run"})
        EXPECT_THAT(refused(own), HasSubstr("a place of the session's own")) << own;
    EXPECT_THAT(refused("/a\nb"), HasSubstr("control characters"));
    EXPECT_THAT(refused(std::string("/a\0b", 4)), HasSubstr("control characters"));
    EXPECT_THAT(refused("/\xff"), HasSubstr("no UTF-8"));
    EXPECT_THAT(refused("/" + std::string(256, 'n')), HasSubstr("too long for a file's name"));
    EXPECT_THAT(refused("/" + std::string(2000, '/')), HasSubstr("too long for a path"));
}

TEST(BindTarget, IsNeitherAboveNorBelowAnother) {
    const std::vector<Bind> binds{{{}, "/home/me/src", "/srv/src", 1000, true, true}};
    EXPECT_TRUE(check_new_bind(binds, "/srv/source"));
    EXPECT_TRUE(check_new_bind(binds, "/src"));
    EXPECT_EQ(check_new_bind(binds, "/srv/src").error().error, Error::already_exists);
    EXPECT_THAT(check_new_bind(binds, "/srv/src").error().message, HasSubstr("/home/me/src"));
    EXPECT_EQ(check_new_bind(binds, "/srv").error().error, Error::invalid_argument);
    EXPECT_EQ(check_new_bind(binds, "/srv/src/deep").error().error, Error::invalid_argument);
    std::vector<Bind> many(plan::max_binds);
    for (std::size_t i = 0; i < many.size(); ++i)
        many[i].target = "/b" + std::to_string(i);
    EXPECT_EQ(check_new_bind(many, "/one/more").error().error, Error::limit_exceeded);
}

plan::SessionSettings settings() {
    plan::SessionSettings settings{*plan::SessionName::parse("pi"),
                                   plan::RootKind::debian,
                                   {},
                                   1000,
                                   524288,
                                   plan::DiskIds::foreign,
                                   plan::Arch::arm64,
                                   "",
                                   "debian:bookworm",
                                   "",
                                   1,
                                   true,
                                   false};
    settings.binds = {{{1}, "~/a \"b\"", "/a", 1000, true, true}, {{2}, "/usr/share", "/b", 0, false, false}};
    return settings;
}

TEST(Binds, AreWrittenDownAndReadAgain) {
    const auto back = plan::settings_from_toml(plan::to_toml(settings()));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->binds, settings().binds);
    plan::SessionSettings none = settings();
    none.binds.clear();
    EXPECT_THAT(plan::to_toml(none), testing::Not(HasSubstr("binds")));
}

} // namespace
