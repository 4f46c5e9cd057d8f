// `frankctl create` and `destroy`.
#include "tests/support/client_world.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace frank::test;

namespace {

using FrankctlCreate = ClientWorld;

} // namespace

TEST_F(FrankctlCreate, PassesADirectoryAsADescriptor) {
    const Outcome outcome = run({"create", "new", directory()});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out + outcome.err, ""); // no progress on a pipe
}

TEST_F(FrankctlCreate, PassesAnArchiveFromAFileOrStandardInput) {
    std::ofstream(directory() + "/root.tar.zst") << std::string(5000, 'x');
    EXPECT_EQ(run({"create", "new", directory() + "/root.tar.zst"}).status, 0);
    EXPECT_EQ(run({"create", "other", "-"}, std::string(7000, 'x')).status, 0);
    const std::string jobs = run({"jobs", "--all"}).out;
    EXPECT_NE(jobs.find("archive of 5000\n"), std::string::npos) << jobs;
    EXPECT_NE(jobs.find("archive of 7000\n"), std::string::npos) << jobs;
}

TEST_F(FrankctlCreate, PassesASuiteWithItsPackages) {
    ASSERT_EQ(
        run({"create", "new", "debian:bookworm", "--arch", "arm64", "--include", "gcc", "--include", "make"})
            .status,
        0);
    const std::string jobs = run({"jobs", "--all"}).out;
    EXPECT_NE(jobs.find("bookworm gcc make\n"), std::string::npos) << jobs;
    EXPECT_EQ(run({"create", "new", directory(), "--include", "gcc"}).err,
              "frankctl: --include goes with debian:SUITE alone\n");
}

TEST_F(FrankctlCreate, RefusesInOneLineWhatItCannotOpen) {
    EXPECT_EQ(run({"create", "new", "/nonexistent"}).err,
              "frankctl: cannot open '/nonexistent': No such file or directory\n");
    const Outcome later = run({"create", "new", "nfs://pi/"});
    EXPECT_EQ(later.status, 125);
    EXPECT_EQ(later.err,
              "frankctl: a source of the kind nfs:// is not supported by this version; give a directory, a "
              "tarball or debian:SUITE\n");
}

TEST_F(FrankctlCreate, FailsWithTheDaemonsWords) {
    const Outcome taken = run({"create", "taken", directory()});
    EXPECT_EQ(taken.status, 125);
    EXPECT_EQ(taken.err, "frankctl: there is a session 'taken' already\n");
    const Outcome broken = run({"create", "broken", directory()});
    EXPECT_EQ(broken.status, 125);
    EXPECT_EQ(broken.err, "frankctl: the archive ends too early\\x1b[2J\n");
}

TEST_F(FrankctlCreate, DryRunPrintsTheSteps) {
    EXPECT_EQ(run({"create", "new", directory(), "--dry-run"}).out,
              "root of new from a directory\nesc \\x1b[1m\nproc\n");
    const auto steps =
        nlohmann::json::parse(run({"create", "new", "debian:sid", "--dry-run", "--format", "json"}).out);
    EXPECT_EQ(steps[0], "root of new from a debian");
    EXPECT_EQ(run({"jobs", "--all", "--quiet"}).out, "");
}

TEST_F(FrankctlCreate, ShowsProgressOnATerminal) {
    TerminalRun terminal(frankctl({"create", "slow", directory()}), 24, 80);
    EXPECT_TRUE(terminal.shows("unpacking\\x1b[5m  ")) << terminal.shown();
    EXPECT_TRUE(terminal.shows("/451 MiB  "));
    terminal.type("\x03");
    EXPECT_EQ(terminal.finish(), 130);
    EXPECT_EQ(terminal.shown().find("\x1b[5m"), std::string::npos);
    const std::string erased = "\r\x1b[K";
    EXPECT_EQ(terminal.shown().substr(terminal.shown().size() - erased.size()), erased);
}

TEST_F(FrankctlCreate, QuietShowsNothing) {
    TerminalRun terminal(frankctl({"--quiet", "create", "new", directory()}), 24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_EQ(terminal.shown(), "");
}

TEST_F(FrankctlCreate, SaysOnATerminalWhatComesNext) {
    TerminalRun terminal(frankctl({"create", "new", directory()}), 24, 80);
    EXPECT_EQ(terminal.finish(), 0);
    EXPECT_NE(terminal.shown().find("'new' is ready: frankctl enter new\r\n"), std::string::npos)
        << terminal.shown();
}

TEST_F(FrankctlCreate, SaysWhatNativeSpeedWouldTake) {
    EXPECT_EQ(
        run({"create", "two-words", directory()}).err,
        "frankctl: its tools run emulated; for native speed: frankctl accel two-words on (some minutes)\n");
    EXPECT_EQ(run({"create", "two-words", directory(), "--accel", "off"}).err, "");
    EXPECT_EQ(run({"create", "two-words", directory(), "--quiet"}).err, "");
    EXPECT_EQ(run({"create", "box", directory(), "--accel", "auto"}).err, "") << "it is on";
    EXPECT_EQ(run({"create", "denied", directory(), "--accel", "on"}).err,
              "frankctl: its tools stay emulated: it is no Debian\n");
    EXPECT_EQ(run({"create", "denied", directory()}).err, "");
    EXPECT_EQ(run({"create", "box", directory(), "--accel", "fast"}).status, 125);
}

TEST_F(FrankctlCreate, CancelsTheJobAtASignal) {
    for (const auto &[signal, status] : {std::pair{"INT", "130"}, {"TERM", "143"}, {"HUP", "129"}}) {
        const Outcome outcome = shell("$F create slow " + directory() + " & p=$!; sleep 0.5; kill -" +
                                      std::string(signal) + " $p; wait $p; echo $?");
        EXPECT_EQ(outcome.out, std::string(status) + "\n") << outcome.err;
    }
    EXPECT_EQ(run({"jobs", "--quiet"}).out, "");
}

TEST_F(FrankctlCreate, LeavesTheJobAloneAtTheSecondSignal) {
    const Outcome outcome =
        shell("$F create stubborn " + directory() +
              " & p=$!; sleep 0.5; kill -INT $p; sleep 0.2; kill -INT $p; wait $p; echo $?");
    EXPECT_EQ(outcome.out, "130\n");
}

TEST_F(FrankctlCreate, DestroyNeedsForceWhereTheSessionRuns) {
    EXPECT_EQ(run({"destroy", "box"}).err, "frankctl: session 'box' runs; stop it first, or use --force\n");
    EXPECT_EQ(run({"destroy", "box", "--force"}).status, 0);
    EXPECT_EQ(run({"stop", "box"}).status, 0);
    EXPECT_EQ(run({"start", "box"}).status, 0);
}
