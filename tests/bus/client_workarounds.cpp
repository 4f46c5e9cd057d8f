// frankctl workarounds against a stand-in for frankend.
#include "tests/support/client_world.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace frank::test;
using testing::ContainsRegex;
using testing::HasSubstr;

namespace {

using FrankctlWorkarounds = ClientWorld;

} // namespace

TEST_F(FrankctlWorkarounds, AreListedWithTheirStateAndWhatTheyDo) {
    const Outcome outcome = run({"workarounds", "box"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_THAT(outcome.out, ContainsRegex("NAME +STATE +SETS +WHY +ADVICE\n"));
    EXPECT_THAT(outcome.out, ContainsRegex("\nfakeroot  on +- +no.x1b.31m semaphores +use fakeroot-tcp\n"));
    EXPECT_THAT(outcome.out, ContainsRegex("\ngo +on +GOMAXPROCS=1 +it hangs +-\n"));
    EXPECT_THAT(outcome.out, ContainsRegex("\nnode +off +UV_USE_IO_URING=0 "));
    EXPECT_THAT(outcome.out, ContainsRegex("\nportage +on, off from the next start +FEATURES="));
    EXPECT_EQ(run({"workarounds", "box", "--quiet"}).out, "fakeroot\ngo\nnode\nportage\n");
    const auto json = nlohmann::json::parse(run({"workarounds", "box", "--format", "json"}).out);
    ASSERT_EQ(json.size(), 4U);
    EXPECT_EQ(json[3]["on"], true);
    EXPECT_EQ(json[3]["on_next"], false);
    EXPECT_EQ(json[0]["advice"], "use fakeroot-tcp");
}

TEST_F(FrankctlWorkarounds, AreShownWithTheSessionWhereTheyAreOn) {
    const std::string shown = run({"show", "box"}).out;
    EXPECT_THAT(shown, ContainsRegex("\nwork-around: +fakeroot: use fakeroot-tcp \\(no"));
    EXPECT_THAT(shown, ContainsRegex("\nwork-around: +go: GOMAXPROCS=1 \\(it hangs\\)\n"));
    EXPECT_THAT(shown, testing::Not(HasSubstr("node: ")));
    EXPECT_THAT(shown, ContainsRegex("\nswitched off: +node portage\n"));
}

TEST_F(FrankctlWorkarounds, AreSwitchedByNameWithAWordWhereThatWaits) {
    const Outcome waits = run({"workarounds", "box", "off", "go"});
    EXPECT_EQ(waits.status, 0) << waits.err;
    EXPECT_THAT(waits.out, HasSubstr("runs: go is off from its next start; frankctl stop box"));
    EXPECT_EQ(run({"workarounds", "box", "off", "go", "--quiet"}).out, "");
    EXPECT_EQ(run({"workarounds", "box", "on", "go"}).out, "") << "as it is already";
    const Outcome unknown = run({"workarounds", "box", "off", "gone"});
    EXPECT_EQ(unknown.status, 125);
    EXPECT_THAT(unknown.err, HasSubstr("there is no work-around \"gone\""));
    EXPECT_EQ(run({"workarounds", "denied", "off", "go"}).status, 125);
}

TEST_F(FrankctlWorkarounds, RefuseOtherWords) {
    EXPECT_EQ(run({"workarounds"}).status, 125);
    EXPECT_EQ(run({"workarounds", "box", "maybe", "go"}).status, 125);
    EXPECT_EQ(run({"workarounds", "box", "off"}).status, 125);
    EXPECT_EQ(run({"workarounds", "nobody"}).status, 125);
}
