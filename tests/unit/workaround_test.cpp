#include "daemon/plan/workaround.hpp"

#include "daemon/plan/root_pattern.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace frank::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view toy = R"(why = "it hangs"
[match]
paths = ["/usr/bin/toy", "/opt/*/toy"]
arches = ["armhf"]
[environment]
TOY = "1"
TOY_FLAGS = "-a -b"
[separators]
TOY_FLAGS = " "
[limits]
stack = 16777216
)";

std::string refusal_of(const std::string &text, std::string_view name = "toy") {
    const auto parsed = parse_workaround(name, text, "toy.toml");
    EXPECT_FALSE(parsed) << text;
    return parsed ? "" : parsed.error().message;
}

std::string with(const std::string &match, const std::string &environment = "A = \"1\"\n") {
    return "why = \"x\"\n[match]\n" + match + "[environment]\n" + environment;
}

Workaround made(const std::string &name, const std::string &variable, const std::string &rest = "",
                const std::string &arches = "") {
    return *parse_workaround(name, with("paths = [\"/" + name + "\"]\n" + arches, variable) + rest, name);
}

Chosen pointers(const std::vector<Workaround> &all) {
    Chosen chosen;
    for (const Workaround &one : all)
        chosen.push_back(&one);
    return chosen;
}

TEST(Workaround, IsReadWhole) {
    const auto parsed = parse_workaround("toy", toy, "toy.toml");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->why, "it hangs");
    EXPECT_THAT(parsed->paths, ElementsAre("/usr/bin/toy", "/opt/*/toy"));
    EXPECT_EQ(parsed->sets(), "TOY=1, TOY_FLAGS=-a -b, limit stack 16777216");
    EXPECT_TRUE(parsed->is_for(Arch::armhf));
    EXPECT_FALSE(parsed->is_for(Arch::arm64));
}

TEST(Workaround, IsForEveryEmulatedArchitectureUnlessItSays) {
    const Workaround any = made("any", "A = \"1\"\n");
    EXPECT_TRUE(any.is_for(Arch::s390x));
    EXPECT_FALSE(any.is_for(Arch::amd64)) << "native";
    EXPECT_FALSE(any.is_for(Arch::none));
}

TEST(Workaround, IsRefusedWithLineAndColumn) {
    EXPECT_THAT(refusal_of(std::string(toy) + "[limit]\n"), HasSubstr("toy.toml:12:"));
    EXPECT_THAT(refusal_of(std::string(toy) + "core = 1\n"), HasSubstr("unknown key \"core\" in [limits]"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\nglob = 1\n")),
                HasSubstr("unknown key \"glob\" in [match]"));
    EXPECT_THAT(refusal_of("[match]\npaths = [\"/a\"]\n[environment]\nA = \"1\"\n"), HasSubstr("\"why\""));
    EXPECT_THAT(refusal_of("why = \"x\"\n[environment]\nA = \"1\"\n"),
                HasSubstr("\"match\" must have paths or glibc"));
    EXPECT_THAT(refusal_of(with("")), HasSubstr("at least one path"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\narches = [\"arm65\"]\n")), HasSubstr("\"arm65\""));
    EXPECT_THAT(refusal_of("why = \"x\"\n[match]\npaths = [\"/a\"]\n"), HasSubstr("must set something"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n") + "[routes]\nemulated = [\"bin/x\"]\n"),
                HasSubstr("\"emulated\" in [routes] has \"bin/x\", which is no absolute path"));
    EXPECT_THAT(refusal_of("breakages = [\"hang\"]\nadvice = \"y\"\n" + with("paths = [\"/a\"]\n")),
                HasSubstr("\"breakages\" has \"hang\"; there are: address-space, "));
    EXPECT_THAT(refusal_of("breakages = [\"go\"]\n" + with("paths = [\"/a\"]\n")),
                HasSubstr("\"breakages\" is of no use without advice"));
    EXPECT_THAT(refusal_of("advice = \"a\\nb\"\n" + with("paths = [\"/a\"]\n")),
                HasSubstr("\"advice\" must be one line"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n", "A = 1\n")),
                HasSubstr("toy.toml:5:5: \"A\" in [environment]"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n") + "[separators]\nB = \" \"\n"),
                HasSubstr("\"B\" in [separators] is no variable"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n") + "[limits]\nnofile = 1\n"), HasSubstr("from 64 to"));
    EXPECT_THAT(refusal_of(std::string(toy), "Toy"), HasSubstr("a-z, 0-9"));
}

TEST(Workaround, MayBeForSomeVersionsOfGlibc) {
    const auto parsed = parse_workaround("toy", with("glibc = \">= 2.41\"\n"), "toy.toml");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->glibc, ">= 2.41");
    EXPECT_THAT(parsed->paths, IsEmpty());
    for (const char *rule : {"2.41", "> 2.41", ">= two", "/etc", ">= 2.41, < 2.43"})
        EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\nglibc = \"" + std::string(rule) + "\"\n")),
                    HasSubstr("toy.toml:4:9: \"glibc\" in [match] is \"" + std::string(rule) +
                              "\"; it must be like \">= 2.41\""));
    EXPECT_THAT(refusal_of(with("glibc = 2.41\n")), HasSubstr("\"glibc\" in [match] must be a text"));
    EXPECT_THAT(refusal_of(with("glibc = \"\"\n")), HasSubstr("or glibc its versions"));
}

TEST(Workaround, MayAdviseAloneAndSayWithWhichBreakages) {
    const auto parsed = parse_workaround("toy",
                                         "why = \"x\"\nadvice = \"use toy-tcp\"\nbreakages = [\"go\", "
                                         "\"setuid\"]\n[match]\npaths = [\"/a\"]\n",
                                         "toy.toml");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->sets(), "");
    EXPECT_EQ(advice_on({&*parsed}, "setuid"), "use toy-tcp");
    EXPECT_EQ(advice_on({&*parsed, &*parsed}, "go"), "use toy-tcp; use toy-tcp");
    EXPECT_EQ(advice_on({&*parsed}, "go-hang"), "");
    EXPECT_EQ(advice_on({}, "go"), "");
}

TEST(Workaround, MayKeepProgramsEmulated) {
    const auto parsed = parse_workaround(
        "toy",
        "why = \"x\"\n[match]\npaths = [\"/a\"]\n[routes]\nemulated = [\"/usr/bin/gcc-*\", \"/bin/x\"]\n",
        "toy.toml");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->sets(), "emulated /usr/bin/gcc-*, emulated /bin/x");
    EXPECT_EQ(keeper_of({&*parsed}, "/usr/bin/gcc-12"), &*parsed);
    EXPECT_EQ(keeper_of({&*parsed}, "/usr/bin/gcc"), nullptr);
    EXPECT_EQ(keeper_of({&*parsed}, "/usr/bin/gcc-12/x"), nullptr);
    EXPECT_EQ(keeper_of({&*parsed}, "/usr/bin"), nullptr);
}

TEST(Workaround, LooksOnlyForPathsOfTheRoot) {
    for (const char *path : {"etc/portage", "/", "", "/a/../b", "/..", "/a//b", "/a/./b", "/a/", "/a\\u001bb",
                             "/*/*/*", "/?/b/*/c*"})
        EXPECT_THAT(refusal_of(with("paths = [\"" + std::string(path) + "\"]\n")), HasSubstr("absolute path"))
            << path;
}

TEST(Workaround, SetsNothingThatChoosesWhichCodeRuns) {
    for (const char *key : {"PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "HOME", "SHELL"})
        EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n", std::string(key) + " = \"x\"\n")),
                    HasSubstr("not for a work-around"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n", "\"A B\" = \"x\"\n")), HasSubstr("name of a variable"));
    EXPECT_THAT(refusal_of(with("paths = [\"/a\"]\n", "A = \"x\\ny\"\n")), HasSubstr("control characters"));
}

TEST(Workaround, IsReadFromAnyTextWithoutHarm) {
    std::mt19937 random(9); // NOLINT: the same texts in every run
    for (int round = 0; round < 3'000; ++round) {
        std::string text(toy);
        for (std::size_t change = 0; change < 1 + random() % 4; ++change)
            text[random() % text.size()] = static_cast<char>(random());
        if (const auto parsed = parse_workaround("toy", text, "toy.toml")) {
            for (const std::string &path : parsed->paths)
                EXPECT_TRUE(is_root_pattern(path));
        }
    }
}

TEST(RootPatterns, MatchNamesAsTheShellDoes) {
    EXPECT_TRUE(matches("go-1.19", "go-*"));
    EXPECT_TRUE(matches("python3.12", "python3*"));
    EXPECT_TRUE(matches("abcabc", "*abc"));
    EXPECT_TRUE(matches("ab", "a?"));
    EXPECT_TRUE(matches("x", "*"));
    EXPECT_TRUE(matches(".profile", ".pro*"));
    EXPECT_FALSE(matches("go", "go-*"));
    EXPECT_FALSE(matches("..", "*")) << "no way up";
    EXPECT_FALSE(matches(".hidden", "?hidden"));
    EXPECT_FALSE(matches("abcd", "*abc"));
    EXPECT_FALSE(matches("a", "a?"));
    const std::string long_name(255, 'a');
    EXPECT_FALSE(matches(long_name, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")) << "and at once";
}

TEST(Workarounds, ThatShipAreAllRight) {
    Workarounds all;
    for (const auto &entry : std::filesystem::directory_iterator(FRANK_TEST_CONF "/workarounds.d")) {
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        auto parsed = parse_workaround(entry.path().stem().string(), text.str(), entry.path().string());
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_TRUE(all.add(std::move(*parsed)));
    }
    ASSERT_NE(all.find("portage"), nullptr);
    EXPECT_THAT(with_workarounds({all.find("portage")}, {"FEATURES=ccache pid-sandbox"}),
                ElementsAre("FEATURES=-pid-sandbox -network-sandbox ccache pid-sandbox"));
    EXPECT_EQ(all.find("dotnet")->sets(), "DOTNET_EnableWriteXorExecute=0");
    EXPECT_THAT(advice_on({all.find("fakeroot")}, "fakeroot"), HasSubstr("fakeroot-tcp"));
    EXPECT_EQ(all.find("glibc-termios")->glibc, ">= 2.42");
    for (const char *name : {"go", "node", "cargo"})
        EXPECT_NE(all.find(name), nullptr) << name;
}

TEST(Workarounds, GiveWayToWhatTheUserSets) {
    const std::vector<Workaround> all{made("a", "A = \"1\"\nB = \"1\"\n"),
                                      made("b", "B = \"2\"\nC = \"2\"\n")};
    EXPECT_THAT(with_workarounds(pointers(all), {"X=1"}), ElementsAre("A=1", "B=1", "C=2", "X=1"));
    EXPECT_THAT(with_workarounds(pointers(all), {"A=4", "AB=", "C="}),
                ElementsAre("B=1", "A=4", "AB=", "C="));
    EXPECT_THAT(with_workarounds({}, {"A=4"}), ElementsAre("A=4"));
}

TEST(Workarounds, PutListsTogetherWithTheUsersWordLast) {
    const std::string list = "[separators]\nF = \",\"\n";
    const std::vector<Workaround> all{made("a", "F = \"-x\"\n", list), made("b", "F = \"-y,-z\"\n", list)};
    EXPECT_THAT(with_workarounds(pointers(all), {}), ElementsAre("F=-x,-y,-z"));
    EXPECT_THAT(with_workarounds(pointers(all), {"F=x", "G=1"}), ElementsAre("F=-x,-y,-z,x", "G=1"));
}

TEST(Workarounds, TakeTheHighestOfTheirLimits) {
    const std::vector<Workaround> all{made("a", "A = \"1\"\n", "[limits]\nstack = 65536\nnofile = 4096\n"),
                                      made("b", "A = \"1\"\n", "[limits]\nstack = 131072\n")};
    EXPECT_EQ(limits_of(pointers(all)), (SpawnLimits{131072, 4096, 0}));
    EXPECT_EQ(limits_of({}), SpawnLimits{});
}

TEST(Workarounds, NeverOutgrowACommand) {
    Workarounds many;
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) {
        names.push_back("w" + std::to_string(i));
        EXPECT_TRUE(
            many.add(made(names.back(), "V" + std::to_string(i) + " = \"" + std::string(400, 'x') + "\"\n")));
    }
    std::size_t bytes = 0;
    for (const std::string &entry : with_workarounds(many.choose(Arch::arm64, names, {}), {}))
        bytes += entry.size() + 1;
    EXPECT_GT(bytes, 3000U);
    EXPECT_LE(bytes, max_workaround_bytes);
}

class KnownWorkarounds : public testing::Test {
  protected:
    KnownWorkarounds() {
        EXPECT_TRUE(all.add(made("go", "GOMAXPROCS = \"1\"\n")));
        EXPECT_TRUE(all.add(made("cargo", "CARGO = \"1\"\n", "", "arches = [\"armhf\"]\n")));
    }
    static std::vector<std::string> names(const Chosen &chosen) {
        std::vector<std::string> names;
        for (const Workaround *one : chosen)
            names.push_back(one->name);
        return names;
    }
    Workarounds all;
};

TEST_F(KnownWorkarounds, AskOnlyWhatMattersToTheRoot) {
    EXPECT_THAT(names(all.candidates(Arch::arm64)), ElementsAre("go"));
    EXPECT_THAT(names(all.candidates(Arch::armhf)), ElementsAre("cargo", "go"));
    EXPECT_THAT(names(all.candidates(Arch::amd64)), IsEmpty());
}

TEST_F(KnownWorkarounds, AskInOneMessageWithAnEmptyTextBehindEach) {
    const auto payload = encode_questions(all.candidates(Arch::armhf));
    EXPECT_EQ(std::string(reinterpret_cast<const char *>(payload.data()), payload.size()),
              std::string("/cargo\0\0/go\0\0", 13));
}

TEST_F(KnownWorkarounds, AskForTheVersionOfGlibcWithoutLearningIt) {
    EXPECT_TRUE(all.add(*parse_workaround("a", with("glibc = \"< 2.34\"\npaths = [\"/a\"]\n"), "a.toml")));
    const auto payload = encode_questions(all.candidates(Arch::arm64));
    EXPECT_EQ(std::string(reinterpret_cast<const char *>(payload.data()), payload.size()),
              std::string("< 2.34\0/a\0\0/go\0\0", 16));
}

TEST_F(KnownWorkarounds, AreThoseThatAreKnownAndWanted) {
    EXPECT_THAT(names(all.choose(Arch::arm64, {"cargo", "go", "rm", "../go"}, {})), ElementsAre("go"));
    EXPECT_THAT(names(all.choose(Arch::arm64, {"go"}, {"go"})), IsEmpty()) << "switched off";
}

TEST_F(KnownWorkarounds, AreSwitchedOffByTheirRightNames) {
    EXPECT_TRUE(all.check({}));
    EXPECT_TRUE(all.check({"go"}));
    EXPECT_EQ(all.check({"gone"}).error().message, "there is no work-around \"gone\"; there are: cargo, go");
}

TEST_F(KnownWorkarounds, AreTakenFromTheAdministratorWhereHeHasHisOwn) {
    EXPECT_TRUE(all.add(made("go", "MINE = \"1\"\n")));
    EXPECT_EQ(all.all().size(), 2U);
    EXPECT_EQ(all.find("go")->sets(), "MINE=1");
    for (std::size_t i = all.all().size(); i < max_workarounds; ++i)
        EXPECT_TRUE(all.add(made("more-" + std::to_string(i), "A = \"1\"\n")));
    EXPECT_FALSE(all.add(made("one-too-many", "A = \"1\"\n")));
}

} // namespace
} // namespace frank::plan
