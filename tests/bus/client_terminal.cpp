// frankctl on a terminal.
#include "tests/support/client_world.hpp"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace frank::test;

namespace {

using FrankctlTerminal = ClientWorld;

const std::string prompt_free_shell = "stty -echo; echo ready; exec cat";

} // namespace

TEST_F(FrankctlTerminal, EnterGivesATerminalOfItsOwn) {
    TerminalRun terminal(frankctl({"enter", "box", "--", "sh", "-c", "tty; stty size; echo $TERM; exit 6"}),
                         33, 99);
    EXPECT_EQ(terminal.finish(), 6);
    EXPECT_NE(terminal.shown().find("33 99\r\ntest-terminal\r\n"), std::string::npos) << terminal.shown();
    EXPECT_EQ(terminal.shown().find(ttyname(terminal.slave())), std::string::npos) << terminal.shown();
}

TEST_F(FrankctlTerminal, EnterWithoutACommandIsAShell) {
    TerminalRun terminal(frankctl({"enter", "box"}), 24, 80);
    terminal.type("echo $((6*7)) from $0; exit 5\r");
    EXPECT_EQ(terminal.finish(), 5);
    EXPECT_NE(terminal.shown().find("42 from /bin/sh"), std::string::npos) << terminal.shown();
}

TEST_F(FrankctlTerminal, RunIsOnATerminalWhereTheCallerIs) {
    TerminalRun terminal(frankctl({"run", "box", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2"}),
                         24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    TerminalRun plain(
        frankctl({"run", "--no-tty", "box", "--", "sh", "-c", "test -t 0 || test -t 1 || test -t 2"}), 24,
        80);
    EXPECT_EQ(plain.finish(), 1);
}

TEST_F(FrankctlTerminal, IsRawWhileTheCommandRunsAndAsBeforeAfterwards) {
    TerminalRun terminal(frankctl({"enter", "box", "--", "sh", "-c", prompt_free_shell}), 24, 80);
    ASSERT_TRUE(terminal.shows("ready"));
    EXPECT_TRUE(terminal.is_raw());
    terminal.type("\x04");
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_FALSE(terminal.is_raw());
}

// As cat does on its way out: whoever hung the terminal up for that would kill it.
TEST_F(FrankctlTerminal, IsNotHungUpWhileTheCommandRunsWithoutADescriptorOfIt) {
    const std::string script =
        "echo first; exec </dev/null >/dev/null 2>&1; sleep 0.5; echo last >/dev/tty; exit 7";
    TerminalRun terminal(frankctl({"enter", "box", "--", "sh", "-c", script}), 24, 80);
    EXPECT_EQ(terminal.finish(), 7);
    EXPECT_NE(terminal.shown().find("first\r\nlast\r\n"), std::string::npos) << terminal.shown();
}

TEST_F(FrankctlTerminal, IsAsBeforeAfterSignals) {
    for (const auto &[signal, status] : {std::pair{SIGTERM, 128 + SIGTERM}, {SIGHUP, 128 + SIGHUP}}) {
        TerminalRun terminal(frankctl({"enter", "box", "--", "sh", "-c", prompt_free_shell}), 24, 80);
        ASSERT_TRUE(terminal.shows("ready"));
        ASSERT_EQ(kill(terminal.pid(), signal), 0);
        EXPECT_EQ(terminal.finish(), status);
        EXPECT_FALSE(terminal.is_raw());
    }
}

TEST_F(FrankctlTerminal, PassesKeysThroughUninterpreted) {
    TerminalRun terminal(
        frankctl({"enter", "box", "--", "sh", "-c",
                  "stty raw -echo; printf ready; dd bs=1 count=5 2>/dev/null | od -An -tx1"}),
        24, 80);
    ASSERT_TRUE(terminal.shows("ready"));
    terminal.type("\x03\x1a\x1c\x11\r");
    EXPECT_TRUE(terminal.shows("03 1a 1c 11 0d")) << terminal.shown();
    EXPECT_EQ(terminal.finish(), 0);
}

TEST_F(FrankctlTerminal, InterruptsTheCommandAtCtrlC) {
    const std::string script = "trap 'echo caught; exit 8' INT; echo ready; while :; do sleep 0.05; done";
    TerminalRun terminal(frankctl({"run", "box", "--", "sh", "-c", script}), 24, 80);
    ASSERT_TRUE(terminal.shows("ready"));
    terminal.type("\x03");
    EXPECT_EQ(terminal.finish(), 8);
    EXPECT_TRUE(terminal.shown().find("caught") != std::string::npos);
}

TEST_F(FrankctlTerminal, ResizesWithTheCallersTerminal) {
    TerminalRun terminal(
        frankctl({"enter", "box", "--", "bash", "-c",
                  "trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done"}),
        24, 80);
    ASSERT_TRUE(terminal.shows("ready"));
    terminal.resize(40, 120);
    EXPECT_TRUE(terminal.shows("40 120")) << terminal.shown();
    EXPECT_EQ(terminal.finish(), 0);
}

TEST_F(FrankctlTerminal, ShowsAllOutputOfACommandThatEndsAtOnce) {
    TerminalRun terminal(frankctl({"enter", "box", "--", "seq", "100000"}), 24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_NE(terminal.shown().find("\r\n99999\r\n100000\r\n"), std::string::npos);
}

TEST_F(FrankctlTerminal, DoesNotWaitForWhatTheCommandLeftBehind) {
    TerminalRun terminal(frankctl({"enter", "box", "--", "bash", "-c",
                                   "trap '' HUP; (trap '' HUP; sleep 15) & echo done; exit 4"}),
                         24, 80);
    EXPECT_EQ(terminal.finish(), 4);
    EXPECT_NE(terminal.shown().find("done"), std::string::npos);
}

TEST_F(FrankctlTerminal, NeverPassesTheTerminalWithoutTty) {
    TerminalRun terminal(
        frankctl({"run", "-T", "box", "--", "sh", "-c", "cat; echo err >&2; echo out; exit 3"}), 24, 80);
    terminal.type("typed\r\x04");
    EXPECT_EQ(terminal.finish(), 3);
    EXPECT_NE(terminal.shown().find("typed\r\nerr\r\nout\r\n"), std::string::npos) << terminal.shown();
}

TEST_F(FrankctlTerminal, ShowsAllOutputThroughAPipeThatStandsForTheTerminal) {
    TerminalRun terminal(frankctl({"run", "-T", "box", "--", "seq", "100000"}), 24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_NE(terminal.shown().find("\r\n99999\r\n100000\r\n"), std::string::npos);
}

TEST_F(FrankctlTerminal, LeavesTheSharedTerminalBlocking) {
    TerminalRun terminal(frankctl({"run", "-T", "box", "--", "true"}), 24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_EQ(fcntl(terminal.slave(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(FrankctlTerminal, TtyWorksFromPipesToo) {
    const Outcome outcome =
        run({"run", "--tty", "box", "--", "sh", "-c", "stty -echo; echo ready; cat; exit 2"}, "in\n");
    EXPECT_EQ(outcome.status, 2);
    EXPECT_NE(outcome.out.find("ready\r\n"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("in\r\n"), std::string::npos) << outcome.out;
    EXPECT_EQ(shell("$F run --tty box -- yes </dev/null | head -n 1; echo ${PIPESTATUS[0]}").out,
              "y\r\n129\n");
}

TEST_F(FrankctlTerminal, AsksForAPasswordOnlyWhereItMay) {
    TerminalRun asking(frankctl({"start", "locked"}), 24, 80);
    EXPECT_EQ(asking.finish(), 0);
    TerminalRun refused(frankctl({"start", "locked", "--no-ask-password"}), 24, 80);
    EXPECT_EQ(refused.finish(), 125);
    EXPECT_EQ(run({"start", "locked"}).status, 125);
}
