#include "daemon/plan/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace frank::plan {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string refusal_of(std::string_view text) {
    const auto config = parse_config(text, "frankend.toml");
    if (config)
        return "accepted";
    EXPECT_EQ(config.error().error, Error::invalid_argument);
    EXPECT_EQ(config.error().message.find('\n'), std::string::npos);
    return config.error().message;
}

TEST(Config, OfAnEmptyFileIsTheDefaults) {
    EXPECT_EQ(*parse_config("", "x"), Config{});
    EXPECT_EQ(*parse_config("# nothing\n[limits]\n[defaults]\n", "x"), Config{});
}

TEST(Config, ReadsEveryKey) {
    const auto config = parse_config(R"(host_binfmt = true
[limits]
sessions = 1
jobs = 2
finished_jobs = 0
pending_authorizations = 3
log_bytes = 65536
hang_seconds = 30
[defaults]
network = "none"
accel = "on"
ccache = "own"
debian_variant = "buildd"
debian_mirror = "http://10.0.0.1:3142/debian"
)",
                                     "x");
    ASSERT_TRUE(config) << config.error().message;
    Config expected;
    expected.limits = {1, 2, 0, 3, 65536, 30};
    expected.defaults = {NetworkPolicy::none, "buildd", AccelWish::on, CacheSharing::own,
                         "http://10.0.0.1:3142/debian"};
    expected.host_binfmt = true;
    EXPECT_EQ(*config, expected);
    EXPECT_NE(*config, Config{});
}

TEST(Config, KnowsTheNetworks) {
    EXPECT_EQ(parse_config("", "x")->defaults.accel, AccelWish::automatic);
    EXPECT_EQ(parse_config("defaults.accel = 'on'", "x")->defaults.accel, AccelWish::on);
    EXPECT_EQ(parse_config("defaults.accel = 'off'", "x")->defaults.accel, AccelWish::off);
    EXPECT_EQ(refusal_of("[defaults]\naccel = 'fast'\n"),
              "frankend.toml:2:9: \"accel\" in [defaults] must be \"auto\", \"on\" or \"off\"");
    EXPECT_EQ(refusal_of("[defaults]\nccache = true\n"),
              "frankend.toml:2:10: \"ccache\" in [defaults] must be a text in quotes");
    EXPECT_EQ(refusal_of("[defaults]\nccache = 'on'\n"),
              "frankend.toml:2:10: \"ccache\" in [defaults] must be \"shared\", \"own\" or \"off\"");
    EXPECT_EQ(parse_config("defaults.network = 'auto'", "x")->defaults.network, NetworkPolicy::automatic);
    EXPECT_EQ(parse_config("defaults.network = 'host'", "x")->defaults.network, NetworkPolicy::host);
    EXPECT_EQ(parse_config("defaults.network = 'user'", "x")->defaults.network, NetworkPolicy::user);
    EXPECT_EQ(
        refusal_of("[defaults]\nnetwork = 'bridge'\n"),
        "frankend.toml:2:11: \"network\" in [defaults] must be \"auto\", \"host\", \"user\" or \"none\"");
}

TEST(Config, RefusesAnUnknownKeyWithItsPlace) {
    EXPECT_EQ(refusal_of("# x\n\n[limits]\n  sesions = 3\n"),
              "frankend.toml:4:3: unknown key \"sesions\" in [limits]");
}

TEST(Config, RefusesAnUnknownTableWithItsPlace) {
    EXPECT_EQ(refusal_of("[limits]\n[limit]\n"), "frankend.toml:2:2: unknown key \"limit\"");
}

TEST(Config, RefusesAWrongType) {
    EXPECT_EQ(refusal_of("[limits]\nsessions = \"3\"\n"),
              "frankend.toml:2:12: \"sessions\" in [limits] must be a whole number");
    EXPECT_THAT(refusal_of("[limits]\nsessions = 3.0\n"), HasSubstr("must be a whole number"));
    EXPECT_THAT(refusal_of("[defaults]\nnetwork = 3\n"), HasSubstr("must be a text in quotes"));
    EXPECT_THAT(refusal_of("limits = 3\n"), HasSubstr("must be a table: write [limits]"));
    EXPECT_THAT(refusal_of("[[limits]]\n"), HasSubstr("must be a table"));
}

TEST(Config, RefusesWhatIsOutOfRange) {
    EXPECT_EQ(refusal_of("[limits]\nsessions = 0\n"),
              "frankend.toml:2:12: \"sessions\" in [limits] is 0; it must be from 1 to 1024");
    for (const char *line : {"sessions = -1", "sessions = 4294967297", "jobs = 513", "hang_seconds = 0",
                             "hang_seconds = 86401", "finished_jobs = 10001", "pending_authorizations = 65",
                             "log_bytes = 4095", "log_bytes = 1073741825"})
        EXPECT_THAT(refusal_of(std::string("[limits]\n") + line), HasSubstr("; it must be from ")) << line;
}

TEST(Config, RefusesAVariantThatGivesNoRoot) {
    for (const char *variant : {"extract", "custom", "-", "", "Minbase"})
        EXPECT_THAT(refusal_of(std::string("[defaults]\ndebian_variant = '") + variant + "'"),
                    HasSubstr("must be one of essential, apt"));
}

TEST(Config, RefusesAMirrorThatCouldBeTakenForSomethingElse) {
    for (const char *mirror :
         {"http://", "ftp://x", "deb.debian.org", "-o", "http://x y", "http://x;ls", "http://x|y"})
        EXPECT_THAT(refusal_of(std::string("[defaults]\ndebian_mirror = '") + mirror + "'"),
                    HasSubstr("must be the URL of a Debian archive"));
    for (const char *mirror : {"", "https://deb.debian.org/debian/", "http://localhost:3142/x~y%20z"})
        EXPECT_TRUE(parse_config(std::string("defaults.debian_mirror = '") + mirror + "'", "x")) << mirror;
}

TEST(Config, RefusesBadSyntaxWithItsPlace) {
    EXPECT_THAT(refusal_of("[limits]\nsessions = \n"), StartsWith("frankend.toml:2:12: "));
    EXPECT_THAT(refusal_of("[limits]\nsessions = 1\nsessions = 2\n"), StartsWith("frankend.toml:3:"));
    EXPECT_THAT(refusal_of("x = '\xff'"), StartsWith("frankend.toml:1:"));
}

TEST(Config, RefusesMoreThan256KiB) {
    EXPECT_EQ(refusal_of(std::string(max_config_bytes + 1, '\n')),
              "frankend.toml: is 262145 bytes long; at most 262144 are read");
    EXPECT_TRUE(parse_config(std::string(max_config_bytes, '\n'), "x"));
}

TEST(Config, IsAConfigOrARefusalOfOneLineForAnyText) {
    const std::string good = "[limits]\nsessions = 3\nlog_bytes = 8192\n[defaults]\nnetwork = \"none\"\n";
    std::mt19937 random(4); // NOLINT: the same texts in every run
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good;
        for (std::size_t change = 0; change < 1 + random() % 3; ++change)
            text[random() % text.size()] =
                random() % 2 == 0 ? static_cast<char>(random()) : "[]{}=\"'\\#\n.,0x"[random() % 15];
        if (random() % 4 == 0)
            text.resize(random() % text.size());
        const auto config = parse_config(text, "f");
        if (config)
            ++accepted;
        else
            ASSERT_EQ(config.error().message.find('\n'), std::string::npos) << config.error().message;
    }
    EXPECT_GT(accepted, 0);
    EXPECT_LT(accepted, 20'000);
}

} // namespace
} // namespace frank::plan
