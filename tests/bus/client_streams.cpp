// `frankctl run` without a terminal: streams, exit statuses, signals.
#include "tests/support/client_world.hpp"

#include <csignal>
#include <fstream>
#include <random>
#include <unistd.h>

using namespace frank::test;

namespace {

using FrankctlRun = ClientWorld;

std::string random_bytes(std::size_t count) {
    std::mt19937_64 engine(4711); // NOLINT: the same bytes each time
    std::string bytes(count, '\0');
    for (std::size_t i = 0; i + 8 <= count; i += 8) {
        const std::uint64_t word = engine();
        bytes.replace(i, 8, reinterpret_cast<const char *>(&word), 8);
    }
    return bytes;
}

std::string contents(const std::string &path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_F(FrankctlRun, ExitsWithEveryStatusOfTheCommand) {
    for (int first = 0; first < 256; first += 16) { // a machine may be slow, and a script's time is limited
        const Outcome outcome =
            shell("for i in $(seq " + std::to_string(first) + " " + std::to_string(first + 15) +
                  "); do $F run box -- sh -c \"exit $i\"; "
                  "[ $? = $i ] || echo wrong at $i; done");
        EXPECT_EQ(outcome.out, "");
        EXPECT_EQ(outcome.err, "");
    }
}

TEST_F(FrankctlRun, ExitsWith128AndTheSignalThatKilledTheCommand) {
    for (const int signal : {SIGHUP, SIGINT, SIGKILL, SIGSEGV, SIGTERM, SIGUSR1})
        EXPECT_EQ(run({"run", "box", "--", "sh", "-c", "kill -" + std::to_string(signal) + " $$"}).status,
                  128 + signal);
}

TEST_F(FrankctlRun, ExitsWith126And127ForCommandsThatCannotRun) {
    const Outcome missing = run({"run", "box", "--", "no-such-command"});
    EXPECT_EQ(missing.status, 127);
    EXPECT_EQ(missing.err, "frankctl: no such command: no-such-command\n");
    const Outcome plain = run({"run", "box", "--", "/etc/passwd"});
    EXPECT_EQ(plain.status, 126);
    EXPECT_EQ(plain.err, "frankctl: cannot be executed: /etc/passwd\n");
}

TEST_F(FrankctlRun, KeepsStandardOutputAndErrorApart) {
    const Outcome outcome = run({"run", "box", "--", "sh", "-c", "echo out; echo err >&2"});
    EXPECT_EQ(outcome.out, "out\n");
    EXPECT_EQ(outcome.err, "err\n");
}

TEST_F(FrankctlRun, Passes64MebibytesInBothDirectionsUnchanged) {
    const std::string bytes = random_bytes(std::size_t{64} << 20U);
    const Outcome outcome = run({"run", "box", "--", "cat"}, bytes);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_TRUE(outcome.out == bytes);
}

TEST_F(FrankctlRun, PassesArgumentsAsBytes) {
    const Outcome outcome =
        run({"run", "box", "--", "printf", "%s|", "[a-z]", "", "\xff\x01", "--", "{1,2}", " "});
    EXPECT_EQ(outcome.out, "[a-z]||\xff\x01|--|{1,2}| |");
}

TEST_F(FrankctlRun, EndsTheCommandWhoseReaderIsGone) {
    const Outcome outcome = shell("$F run box -- sh -c 'yes; exit 7' | head -n 1; echo ${PIPESTATUS[0]}");
    EXPECT_EQ(outcome.out, "y\n7\n");
    EXPECT_EQ(shell("$F run box -- yes | true; echo ${PIPESTATUS[0]}").out, "141\n");
}

TEST_F(FrankctlRun, EndsTheWriterWhoseCommandHasClosedItsInput) {
    const Outcome outcome =
        shell("yes | $F run box -- sh -c 'exec <&-; sleep 0.3; echo done'; echo ${PIPESTATUS[0]}");
    EXPECT_EQ(outcome.out, "done\n141\n");
}

TEST_F(FrankctlRun, LetsAReaderSeeTheEndBeforeTheCommandEnds) {
    const std::string late = directory() + "/late";
    EXPECT_EQ(shell("$F run box -- sh -c 'echo x; exec >&-; sleep 1; touch " + late + "' | { cat; test -e " +
                    late + " || echo early; }")
                  .out,
              "x\nearly\n");
}

TEST_F(FrankctlRun, GivesDevNullForStreamsThatAreClosed) {
    EXPECT_EQ(shell("$F run box -- sh -c 'readlink /proc/self/fd/0' <&-").out, "/dev/null\n");
    EXPECT_EQ(shell("$F run box -- sh -c 'exit 3' <&- >&- 2>&-").status, 3);
}

TEST_F(FrankctlRun, PassesNoDescriptorButThoseAskedFor) {
    const std::string listing = "ls /proc/self/fd | wc -l"; // 0, 1, 2 and the one that ls opens
    EXPECT_EQ(shell("$F run box -- sh -c '" + listing + "'").out, "4\n");
    EXPECT_EQ(shell("$F run --preserve-fds 2 box -- sh -c 'cat <&4; cat <&3' 3<<<three 4<<<four").out,
              "four\nthree\n");
    EXPECT_EQ(shell("$F run --preserve-fds 2 box -- true 3<<<three 4<&-").err,
              "frankctl: --preserve-fds: descriptor 4 is not open\n");
}

TEST_F(FrankctlRun, PassesOnlyTheEnvironmentAskedFor) {
    const Outcome outcome =
        shell("A=caller TERM=x LANG=y $F run box --env A -e B=[b] -e C= -e MISSING -- env");
    EXPECT_EQ(outcome.out, "PATH=/usr/bin:/bin\nHOME=/\nA=caller\nB=[b]\nC=\n");
    EXPECT_EQ(run({"run", "box", "-w", "/usr", "--", "pwd"}).out, "/usr\n");
}

TEST_F(FrankctlRun, ForwardsSignalsAndWaitsForTheEnd) {
    for (const char *signal : {"INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "WINCH", "CONT"}) {
        const std::string mark = directory() + "/" + signal;
        const Outcome outcome =
            shell("S=" + std::string(signal) + " M=" + mark +
                  "; $F run box -- bash -c \"trap 'echo got; exit 5' $S; touch $M; while :; do sleep 0.02; "
                  "done\" & "
                  "p=$!; until [ -e $M ]; do sleep 0.02; done; kill -$S $p; wait $p; echo $?");
        EXPECT_EQ(outcome.out, "got\n5\n") << signal;
    }
}

TEST_F(FrankctlRun, GivesUpAtASignalWhenFrankendDoesNotAnswer) {
    const Outcome outcome = shell("$F run silent -- true & p=$!; sleep 0.3; kill -TERM $p; wait $p; echo $?");
    EXPECT_EQ(outcome.out, "143\n");
}

TEST_F(FrankctlRun, SaysThatARestartedFrankendHasForgottenTheJob) {
    const std::string on = directory() + "/on";
    const std::string status = directory() + "/status";
    const std::string said = directory() + "/said";
    (void)shell("{ $F run box -- sh -c 'touch " + on + "; exec sleep 5' 2>" + said + "; echo $? >" + status +
                "; } </dev/null >/dev/null 2>&1 &");
    ASSERT_TRUE(eventually([&on] { return access(on.c_str(), F_OK) == 0; }));
    stop_service();
    usleep(300000);
    start_service();
    EXPECT_TRUE(eventually([&status] { return contents(status) == "125\n"; }));
    EXPECT_EQ(contents(said), "frankctl: frankend was restarted and no longer knows job 1\n");
}

TEST_F(FrankctlRun, KeepsAHundredConcurrentRunsApart) {
    const Outcome outcome = shell("for i in $(seq 100); do { o=$($F run box -- sh -c \"echo $i; exit $i\"); "
                                  "[ $? = $i ] && [ \"$o\" = $i ] || echo wrong at $i; } & done; wait");
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "");
}
