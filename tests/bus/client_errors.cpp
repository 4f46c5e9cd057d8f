// What frankctl says and exits with when it is refused.
#include "tests/support/client_world.hpp"

#include <algorithm>

using namespace frank::test;

namespace {

using FrankctlErrors = ClientWorld;

void expect_one_line(const Outcome &outcome, int status, const std::string &line) {
    EXPECT_EQ(outcome.status, status);
    EXPECT_EQ(outcome.err, "frankctl: " + line + "\n");
    EXPECT_EQ(outcome.out, "");
}

} // namespace

TEST_F(FrankctlErrors, SaysHowToStartTheServiceThatIsNotThere) {
    stop_service();
    for (const std::vector<std::string> &words : {std::vector<std::string>{"list"},
                                                  {"run", "box", "--", "true"},
                                                  {"start", "box"},
                                                  {"doctor"},
                                                  {"create", "new", "debian:bookworm"},
                                                  {"log", "1"},
                                                  {"enter", "box"}})
        expect_one_line(run(words), 125, "frankend is not running; start it with: systemctl start frankend");
}

TEST_F(FrankctlErrors, SaysWhichBusItCannotReach) {
    // sdbus-c++ 1.2 leaks the connection that it could not open, which is no matter for a process that ends.
    const Outcome outcome = shell("ASAN_OPTIONS=detect_leaks=0 $F --bus unix:path=/nonexistent/bus list");
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.err.rfind("frankctl: cannot reach the D-Bus bus at unix:path=/nonexistent/bus: ", 0),
              0U)
        << outcome.err;
}

TEST_F(FrankctlErrors, SaysThatTheServiceDiedUnderTheCall) {
    expect_one_line(run({"run", "dying", "--", "true"}), 125,
                    "frankend went away before it answered; see: journalctl -u frankend");
}

TEST_F(FrankctlErrors, SaysThatThereIsNoSuchObject) {
    expect_one_line(run({"run", "missing", "--", "true"}), 125,
                    "there is no session 'missing', or it is not yours");
    expect_one_line(run({"show", "missing"}), 125,
                    "there is no session 'missing', or it is not yours; see: frankctl list");
    expect_one_line(run({"attach", "4711"}), 125, "there is no job 4711, or it is not yours");
}

TEST_F(FrankctlErrors, RefusesNamesThatNoPathCanHold) {
    for (const std::string name : {"a/b", "..", "a_b", "a b", "\x1b[2J", "\xff"}) {
        const Outcome outcome = run({"run", name, "--", "true"});
        EXPECT_EQ(outcome.status, 125) << name;
        EXPECT_NE(outcome.err.find("cannot be a session's name"), std::string::npos) << name;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << name;
        EXPECT_EQ(control_characters(outcome.err), 0U) << name;
    }
    EXPECT_EQ(run({"cancel", "1/2"}).err,
              "frankctl: '1/2' is not a job's number; see: frankctl jobs --all\n");
}

TEST_F(FrankctlErrors, RefusesTextThatIsNotUtf8WhereTheBusWantsText) {
    EXPECT_EQ(run({"run", "box", "--user", "\xff", "--", "true"}).err,
              "frankctl: --user '\\xff' is not UTF-8 text\n");
    EXPECT_EQ(run({"create", "\xff", "debian:sid"}).status, 125);
}

TEST_F(FrankctlErrors, EscapesWhatTheDaemonSays) {
    expect_one_line(run({"run", "denied", "--", "true"}), 125,
                    "not allowed:\\x1b[31m you\\x0ashall not pass");
}

TEST_F(FrankctlErrors, FindsSessionsWhoseNamesAreEscapedInPaths) {
    EXPECT_EQ(run({"run", "two-words", "--", "true"}).status, 0);
}

TEST_F(FrankctlErrors, UsageErrorsAreTheClientsOwn125) {
    EXPECT_EQ(run({"conjure", "box"}).status, 125);
    EXPECT_EQ(run({}).status, 125);
    EXPECT_EQ(run({"run", "--help"}).status, 0);
    EXPECT_EQ(run({"run", "box", "--env", "=x", "--", "true"}).err,
              "frankctl: --env '=x' has no name; it is KEY=VALUE or KEY\n");
}

TEST_F(FrankctlErrors, SaysThatItsOutputCannotBeWritten) {
    const Outcome outcome = shell("$F list >/dev/full");
    EXPECT_EQ(outcome.status, 125);
    EXPECT_EQ(outcome.err, "frankctl: cannot write to standard output: No space left on device\n");
}
