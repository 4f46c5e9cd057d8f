// Detached jobs, their logs, and what is listed.
#include "tests/support/client_world.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using namespace frank::test;
using Json = nlohmann::json;

namespace {

using FrankctlJobs = ClientWorld;

std::vector<std::string> keys(const std::string &object) {
    std::vector<std::string> names;
    const auto parsed = nlohmann::ordered_json::parse(object);
    for (const auto &[key, value] : parsed.items())
        names.push_back(key);
    return names;
}

} // namespace

TEST_F(FrankctlJobs, DetachPrintsTheNumberAndNothingElse) {
    const Outcome outcome =
        run({"run", "--detach", "box", "--", "sh", "-c", "echo hello; sleep 0.4; echo bye; exit 9"});
    EXPECT_EQ(outcome.out, "1\n");
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(run({"--format", "json", "run", "-d", "box", "--", "true"}).out, "{\n  \"job\": \"2\"\n}\n");
}

TEST_F(FrankctlJobs, AttachShowsAllAndEndsWithTheStatus) {
    ASSERT_EQ(run({"run", "-d", "box", "--", "sh", "-c", "echo hello; sleep 0.5; echo bye >&2; exit 9"}).out,
              "1\n");
    const Outcome during = run({"attach", "1"});
    EXPECT_EQ(during.out, "hello\nbye\n");
    EXPECT_EQ(during.status, 9);
    const Outcome after = run({"attach", "1"});
    EXPECT_EQ(after.out, "hello\nbye\n");
    EXPECT_EQ(after.status, 9);
}

TEST_F(FrankctlJobs, AttachSeesEveryByteOfALongLog) {
    ASSERT_EQ(run({"run", "-d", "box", "--", "seq", "500000"}).out, "1\n");
    EXPECT_TRUE(run({"attach", "1"}).out == shell("seq 500000").out);
}

TEST_F(FrankctlJobs, AttachEndsAsTheKilledJobDid) {
    ASSERT_EQ(run({"run", "-d", "box", "--", "sleep", "60"}).out, "1\n");
    EXPECT_EQ(run({"cancel", "1"}).status, 0);
    EXPECT_EQ(run({"attach", "1"}).status, 128 + 15);
}

TEST_F(FrankctlJobs, AttachWaitsForAJobWithoutALog) {
    EXPECT_EQ(shell("$F run box -- sh -c 'sleep 1; exit 4' & sleep 0.3; $F attach 1; echo $?; wait").out,
              "4\n");
}

TEST_F(FrankctlJobs, LogPrintsWhatIsThereAndFollowsIfAsked) {
    ASSERT_EQ(run({"run", "-d", "box", "--", "sh", "-c", "echo one; sleep 1; echo two; exit 3"}).out, "1\n");
    EXPECT_TRUE(eventually([this] { return run({"log", "1"}).out == "one\n"; }));
    const Outcome followed = run({"log", "1", "-f"});
    EXPECT_EQ(followed.out, "one\ntwo\n");
    EXPECT_EQ(followed.status, 0);
    EXPECT_EQ(shell("$F log 1 -f | head -n 1").out, "one\n");
}

TEST_F(FrankctlJobs, DetachedTerminalIsLogged) {
    ASSERT_EQ(
        run({"run", "-d", "--tty", "box", "--", "sh", "-c", "test -t 0 && test -t 1 && echo a terminal"}).out,
        "1\n");
    const Outcome outcome = run({"attach", "1"});
    EXPECT_EQ(outcome.out, "a terminal\r\n");
    EXPECT_EQ(outcome.status, 0);
}

TEST_F(FrankctlJobs, ListIsATableWithoutControlCharacters) {
    const Outcome outcome = run({"list"});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.out.rfind("NAME       STATE    ARCH   OWNER  OS\n", 0), 0U) << outcome.out;
    EXPECT_NE(outcome.out.find("two-words  running  arm64  root   Evil \\x1b[31mOS\\x1b]0;title\\x07\n"),
              std::string::npos)
        << outcome.out;
    EXPECT_EQ(control_characters(outcome.out), 0U);
    EXPECT_EQ(run({"list", "--quiet"}).out, "box\ndenied\ndying\nlocked\nsilent\ntwo-words\n");
}

TEST_F(FrankctlJobs, ShowPrintsKeysAndValues) {
    const Outcome outcome = run({"show", "box"});
    EXPECT_EQ(
        outcome.out.rfind(
            "name:          box\nstate:         running\narchitecture:  arm64\nand:           armhf i386\n",
            0),
        0U)
        << outcome.out;
    EXPECT_EQ(control_characters(outcome.out), 0U);
}

TEST_F(FrankctlJobs, JsonHasStableKeysAndNoControlCharacters) {
    const Outcome list = run({"list", "--format", "json"});
    ASSERT_TRUE(Json::accept(list.out)) << list.out;
    EXPECT_EQ(control_characters(list.out), 0U);
    EXPECT_EQ(Json::parse(list.out).size(), 6U);
    EXPECT_EQ(Json::parse(list.out)[0]["os"], "Evil \x1b[31mOS\x1b]0;title\x07");
    EXPECT_EQ(keys(run({"show", "box", "--format", "json"}).out),
              (std::vector<std::string>{"name",
                                        "state",
                                        "architecture",
                                        "cpu",
                                        "kind",
                                        "source",
                                        "os",
                                        "network",
                                        "binfmt",
                                        "owner",
                                        "created",
                                        "started",
                                        "jobs",
                                        "emulator",
                                        "emulator_replaced",
                                        "extra_architectures",
                                        "board",
                                        "acceleration",
                                        "acceleration_off",
                                        "workarounds",
                                        "workarounds_off",
                                        "findings",
                                        "binds",
                                        "limits",
                                        "snapshots",
                                        "ephemeral"}));
    ASSERT_EQ(run({"run", "box", "--", "true"}).status, 0);
    const Json jobs = Json::parse(run({"jobs", "--all", "--format", "json"}).out);
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(keys(jobs[0].dump()).size(), 16U);
    EXPECT_EQ(jobs[0]["state"], "exited");
    EXPECT_EQ(jobs[0]["native_calls"], 12);
    EXPECT_EQ(jobs[0]["emulated_calls"], 3);
}

TEST_F(FrankctlJobs, BoardsAreALineForEachArchitecture) {
    EXPECT_THAT(run({"boards"}).out, testing::ContainsRegex("BOARD.*\nrpi3 +arm64 +cortex-a53 +aarch64 +.*\n"
                                                            "rpi3 +armhf +- +armv7l +.*\n"));
    EXPECT_EQ(run({"boards", "--quiet"}).out, "rpi3\n");
    const auto boards = nlohmann::ordered_json::parse(run({"boards", "--format", "json"}).out);
    ASSERT_EQ(boards.size(), 2U);
    EXPECT_EQ(keys(boards[0].dump()), (std::vector<std::string>{"name", "architecture", "title", "cpu",
                                                                "machine", "page_size", "note"}));
}

TEST_F(FrankctlJobs, JobsListsThoseThatRunUnlessAllAreAskedFor) {
    ASSERT_EQ(run({"run", "box", "--", "sh", "-c", "exit 3"}).status, 3);
    ASSERT_EQ(run({"run", "-d", "box", "--", "sleep", "60"}).out, "2\n");
    EXPECT_EQ(run({"jobs", "--quiet"}).out, "2\n");
    EXPECT_EQ(run({"jobs", "--all", "--quiet"}).out, "1\n2\n");
    const std::string table = run({"jobs", "-a"}).out;
    EXPECT_EQ(
        table.rfind("ID  KIND     SESSION  STATE    STATUS  NATIVELY  STARTED              DESCRIPTION\n", 0),
        0U)
        << table;
    EXPECT_NE(table.find("1   command  box      exited   3       12 of 15  "), std::string::npos) << table;
    EXPECT_EQ(run({"cancel", "2"}).status, 0);
}

TEST_F(FrankctlJobs, DoctorFailsWhereACheckFailed) {
    const Outcome outcome = run({"doctor"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.out.find("emulator  failure  none for arm64  apt install qemu-user-static\n"),
              std::string::npos)
        << outcome.out;
    const Json findings = Json::parse(run({"doctor", "--format", "json"}).out);
    EXPECT_EQ(findings[0]["outcome"], "ok");
    EXPECT_EQ(findings[1]["remedy"], "apt install qemu-user-static");
    EXPECT_EQ(Json::parse(run({"doctor", "--format", "json", "--quiet"}).out).size(), 1U);
}
