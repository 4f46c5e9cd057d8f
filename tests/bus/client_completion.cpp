// What bash completes.
#include "tests/support/client_world.hpp"

using namespace frank::test;

namespace {

using FrankctlCompletion = ClientWorld;

} // namespace

TEST_F(FrankctlCompletion, KnowsTheCommandsAndTheirOptions) {
    EXPECT_EQ(completions({"s"}), "start stop show snapshot snapshots");
    EXPECT_EQ(completions({"--quiet", "des"}), "destroy");
    EXPECT_EQ(completions({"destroy", "--f"}), "--force --format");
    EXPECT_EQ(completions({"run", "box", "--no"}), "--no-tty --no-ask-password");
    EXPECT_EQ(completions({"list", "--format", ""}), "table json");
    EXPECT_EQ(completions({"create", "box", "--arch", "ppc"}), "ppc64 ppc64el");
    EXPECT_EQ(completions({"binfmt", "enable", "loong"}), "loong64");
    EXPECT_EQ(completions({"trace", "-o", "file", "bo"}), "box");
    EXPECT_EQ(completions({"debug", "box", "--sys"}), "--sysroot");
    EXPECT_EQ(completions({"accel", "box", "ve"}), "verify");
    EXPECT_EQ(completions({"create", "box", "--accel", "o"}), "on off");
    EXPECT_EQ(completions({"accel", "box", "on", "--class", "a"}), "archive");
}

TEST_F(FrankctlCompletion, KnowsTheSessions) {
    for (const char *verb : {"enter", "run", "trace", "debug", "start", "stop", "show", "destroy", "accel",
                             "workarounds", "bind", "unbind", "clone", "snapshot", "rollback"})
        EXPECT_EQ(completions({verb, "d"}), "denied dying") << verb;
    EXPECT_EQ(completions({"run", "-u", "me", "bo"}), "box");
    EXPECT_EQ(completions({"run", "box", "d"}), "");
    EXPECT_EQ(completions({"run", "box", "--", "d"}), "");
}

TEST_F(FrankctlCompletion, KnowsWhatIsSwitchedInASession) {
    EXPECT_EQ(completions({"accel", "box", "o"}), "on off");
    EXPECT_EQ(completions({"workarounds", "box", "of"}), "off");
    EXPECT_EQ(completions({"workarounds", "box", "off", "p"}), "portage");
    EXPECT_EQ(completions({"workarounds", "box", "on", ""}), "fakeroot go node portage");
}

TEST_F(FrankctlCompletion, KnowsWhatASessionSees) {
    ASSERT_EQ(run({"bind", "box", "/usr:/seen/there"}).status, 0);
    EXPECT_EQ(completions({"unbind", "box", "/"}), "/seen/there");
    EXPECT_EQ(completions({"bind", "box", "/us"}), "/usr");
}

TEST_F(FrankctlCompletion, KnowsTheJobs) {
    ASSERT_EQ(run({"run", "box", "--", "true"}).status, 0);
    ASSERT_EQ(run({"run", "-d", "box", "--", "sleep", "60"}).status, 0);
    EXPECT_EQ(completions({"attach", ""}), "1 2");
    EXPECT_EQ(completions({"cancel", ""}), "2");
    EXPECT_EQ(run({"cancel", "2"}).status, 0);
}

TEST_F(FrankctlCompletion, SaysNothingWithoutTheService) {
    stop_service();
    EXPECT_EQ(completions({"enter", ""}), "");
}
