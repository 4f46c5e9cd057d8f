// frankctl limit against a stand-in for frankend.
#include "tests/support/client_world.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace frank::test;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace {

using FrankctlLimits = ClientWorld;

} // namespace

TEST_F(FrankctlLimits, AreSetTakenAwayAndShownWithUse) {
    EXPECT_THAT(run({"limit", "box"}).out,
                ContainsRegex("\nmemory +none +1.5 GiB\ncpu +none +12.3 s since its start\n"));
    const Outcome outcome = run({"limit", "box", "memory=2G", "cpu=150%", "tasks=500"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.out + outcome.err, "");
    const std::string table = run({"limit", "box"}).out;
    EXPECT_THAT(table, ContainsRegex(
                           "RESOURCE +LIMIT +USE\nmemory +2 GiB +1.5 GiB\ncpu +150% +12.3 s since its start\n"
                           "tasks +500 +42\nio +none +-\n"));
    EXPECT_THAT(run({"show", "box"}).out, ContainsRegex("\nlimits: +memory 2 GiB, cpu 150%, tasks 500\n"));
    ASSERT_EQ(run({"limit", "box", "cpu=none"}).status, 0);
    const auto json = nlohmann::json::parse(run({"limit", "box", "--format", "json"}).out);
    EXPECT_EQ(json["limits"], (nlohmann::json{{"memory", std::uint64_t{1} << 31}, {"tasks", 500}}));
    EXPECT_EQ(json["use"]["tasks"], 42);
    EXPECT_EQ(run({"limit", "box", "--quiet"}).out, "");
}

TEST_F(FrankctlLimits, SayWhatWasWrongAndHowToWriteThem) {
    const auto refused = [this](const std::string &word) {
        const Outcome outcome = run({"limit", "box", word});
        EXPECT_EQ(outcome.status, 125) << word;
        return outcome.err;
    };
    EXPECT_THAT(refused("disk=2G"), HasSubstr("\"disk=2G\" is no limit: give memory=2G, cpu=150%"));
    for (const char *word : {"memory", "memory=", "memory=2X", "memory=-1", "memory=2Gx", "memory=0",
                             "memory=99999999999999999999", "memory=99999999999T"})
        EXPECT_THAT(refused(word), HasSubstr("write it like memory=2G, or memory=none")) << word;
    EXPECT_THAT(refused("cpu=2"), HasSubstr("write it like cpu=150%"));
    EXPECT_THAT(refused("tasks=5k"), HasSubstr("write it like tasks=500"));
    EXPECT_THAT(refused("io=20M"), HasSubstr("io cannot be limited"));
}

TEST_F(FrankctlLimits, SayThatTheKernelEndedSomething) {
    EXPECT_THAT(run({"limit", "two-words"}).err,
                HasSubstr("the kernel ended 2 of its processes for want of memory"));
    EXPECT_THAT(run({"limit", "box"}).err, Not(HasSubstr("ended")));
}
