// The conversation with frank-init: connections that come and go, jobs that are kept until forgotten, and the
// ends of a session.
#include "tests/support/guest_init.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

namespace frank::test {
namespace {

using plan::InitType;
using plan::SpawnStage;
using std::chrono::steady_clock;

class GuestControl : public GuestInitTest {
  protected:
    /// A new connection's list: the job and, where it has ended, its wait status; -1 where it runs.
    std::map<std::uint64_t, int> reconnect() {
        client.emplace(init->connect());
        return read_list();
    }
    std::map<std::uint64_t, int> read_list() {
        const auto hello = client->next();
        if (!hello || hello->header.type != InitType::hello)
            throw std::runtime_error("no hello");
        std::map<std::uint64_t, int> jobs;
        for (int i = 0; i < hello->header.a; ++i) {
            const auto reply = client->next();
            if (!reply)
                throw std::runtime_error("fewer than hello said");
            jobs[reply->header.job] = reply->header.type == InitType::exited ? reply->header.a : -1;
        }
        return jobs;
    }
    /// Ticks of CPU time that PID 1 has used, and how often it was put to sleep.
    std::string usage() const {
        std::ifstream stat("/proc/" + std::to_string(init->pid()) + "/stat");
        std::ifstream status("/proc/" + std::to_string(init->pid()) + "/status");
        std::string word;
        std::string result;
        for (int field = 1; stat >> word && field <= 15; ++field)
            if (field >= 14)
                result += word + " ";
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("voluntary_ctxt_switches"))
                result += line;
        return result;
    }
};

TEST_F(GuestControl, ANewConnectionIsToldWhatRunsAndWhatHasEnded) {
    client->spawn(1, command({"sleep", "100"}));
    client->spawn(2, shell("exit 9"));
    client->expect(InitType::spawned, 1);
    client->expect(InitType::exited, 2);
    const std::map<std::uint64_t, int> expected{{1, -1}, {2, 9 << 8}};
    EXPECT_EQ(reconnect(), expected);
    EXPECT_EQ(reconnect(), expected) << "until it is forgotten";
    client->send(InitType::forget, 2);
    client->send(InitType::forget, 1); // still runs: stays
    client->send(InitType::signal, 1, SIGKILL);
    EXPECT_EQ(client->expect(InitType::exited, 1).header.a, SIGKILL) << "the new connection has the news";
    EXPECT_EQ(reconnect(), (std::map<std::uint64_t, int>{{1, SIGKILL}}));
}

TEST_F(GuestControl, WhatEndsWhileNobodyIsConnectedIsToldLater) {
    client->spawn(1, shell("sleep 0.2; exit 7"));
    client->expect(InitType::spawned, 1);
    client.reset();
    ::usleep(500'000);
    EXPECT_EQ(reconnect(), (std::map<std::uint64_t, int>{{1, 7 << 8}}));
}

TEST_F(GuestControl, TheNewestConnectionIsTheOne) {
    InitClient old = std::move(*client);
    reconnect();
    EXPECT_FALSE(old.next()) << "the old one is closed";
    EXPECT_EQ(client->run(shell("echo here")).output, "here\n");
}

TEST_F(GuestControl, ATerminalNobodyTookIsHungUp) {
    auto request = command({"sleep", "100"});
    request.tty = true;
    client->spawn(1, request);
    ::usleep(200'000); // the master is on its way, unread
    auto jobs = reconnect();
    if (jobs[1] == -1)
        jobs[1] = client->expect(InitType::exited, 1).header.a;
    EXPECT_EQ(WTERMSIG(jobs[1]), SIGHUP);
}

TEST_F(GuestControl, AListLongerThanTheSocketTakesAtOnceStillArrives) {
    for (std::uint64_t job = 1; job <= plan::init_max_jobs; ++job)
        client->spawn(job, shell("exit 1"));
    for (std::uint64_t job = 1; job <= plan::init_max_jobs; ++job)
        client->expect(InitType::exited, job);
    client->spawn(10'000, command({"true"}));
    const auto full = client->next();
    ASSERT_TRUE(full);
    EXPECT_EQ(full->header.type, InitType::spawn_failed);
    EXPECT_EQ(static_cast<SpawnStage>(full->header.b), SpawnStage::slots);
    client.emplace(init->connect());
    ::usleep(300'000); // more than a socket buffer's worth waits
    EXPECT_EQ(read_list().size(), plan::init_max_jobs);
    for (std::uint64_t job = 1; job <= plan::init_max_jobs; ++job)
        client->send(InitType::forget, job);
    EXPECT_EQ(client->run(shell("echo room again")).output, "room again\n");
}

TEST_F(GuestControl, AJobNumberThatIsTakenIsRefusedAndTheFirstLivesOn) {
    client->spawn(1, command({"sleep", "100"}));
    client->expect(InitType::spawned, 1);
    client->spawn(1, command({"true"}));
    const auto refused = client->next();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->header.a, EEXIST);
    EXPECT_EQ(reconnect(), (std::map<std::uint64_t, int>{{1, -1}}));
}

TEST_F(GuestControl, OrphansAreAdoptedAndReaped) {
    client->run(shell("for i in 1 2 3 4 5 6 7 8; do (sleep 0.1 & ) ; done"));
    ::usleep(400'000);
    EXPECT_EQ(client->run(shell("ps -e -o stat= | grep -c Z")).output, "0\n");
}

TEST_F(GuestControl, OnlyTheSessionsOwnProcessesAreSeen) {
    EXPECT_EQ(client->run(shell("ps -e -o pid=,comm= | head -1")).output, "      1 frank-init\n");
}

TEST_F(GuestControl, IdleMeansAsleep) {
    client->spawn(1, command({"sleep", "100"}));
    client->expect(InitType::spawned, 1);
    ::usleep(100'000);
    const std::string before = usage();
    ASSERT_NE(before.find("voluntary_ctxt_switches"), std::string::npos) << before;
    ::usleep(1'500'000);
    EXPECT_EQ(usage(), before);
}

TEST_F(GuestControl, KillingEverythingFromInsideDoesNotEndTheSession) {
    client->run(command({"/bin/bash", "-c", "kill -9 -1"}));
    client->run(command({"/bin/bash", "-c", "kill -9 1; kill -SEGV 1; kill -STOP 1"}));
    EXPECT_EQ(client->run(shell("echo alive")).output, "alive\n");
}

TEST_F(GuestControl, AProcessInsideCannotTakeTheConnection) {
    if (::access("/usr/bin/perl", X_OK) != 0)
        GTEST_SKIP() << "needs perl, for a process inside that connects";
    // Outside this directory is private; here it is opened, as if someone had got past that.
    const std::filesystem::path path = init->control_path();
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms(0711));
    std::filesystem::permissions(path, std::filesystem::perms(0777));
    const Ended ended = client->run(command(
        {"perl", "-e",
         "use Socket; socket(S, AF_UNIX, SOCK_SEQPACKET, 0) && connect(S, sockaddr_un($ARGV[0])) or die $!;"
         "print sysread(S, $b, 99)",
         path.string()}));
    EXPECT_EQ(ended.output, "0") << "connected, and closed without a word";
    EXPECT_EQ(client->run(shell("echo still ours")).output, "still ours\n");
}

TEST_F(GuestControl, ShutdownEndsWhatHeedsSigtermAtOnce) {
    client->spawn(1, command({"sleep", "100"}));
    client->expect(InitType::spawned, 1);
    const auto start = steady_clock::now();
    client->send(InitType::shutdown);
    EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, 1).header.a), SIGTERM);
    EXPECT_EQ(init->end(), 0);
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(2)) << "when SIGKILL would come";
}

TEST_F(GuestControl, ShutdownKillsWhatDoesNotAfterTwoSeconds) {
    client->spawn(1, shell("trap '' TERM HUP; sleep 0.1; while :; do sleep 1; done"));
    client->expect(InitType::spawned, 1);
    ::usleep(200'000);
    const auto start = steady_clock::now();
    client->send(InitType::shutdown);
    client->spawn(2, command({"true"}));
    EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, 1).header.a), SIGKILL);
    EXPECT_EQ(init->end(), 0);
    EXPECT_GE(steady_clock::now() - start, std::chrono::milliseconds(1800));
}

TEST_F(GuestControl, SigtermFromOutsideIsAShutdown) {
    client->spawn(1, command({"sleep", "100"}));
    client->expect(InitType::spawned, 1);
    ASSERT_EQ(::kill(init->pid(), SIGTERM), 0);
    EXPECT_EQ(init->end(), 0);
}

TEST_F(GuestControl, WhenTheLifelineIsCutEverythingDiesAtOnce) {
    auto [read_end, write_end] = make_pipe();
    auto request = shell("trap '' TERM HUP; while :; do sleep 1; done");
    request.fd_numbers = {1};
    client->spawn(1, request, std::vector{write_end.get()});
    write_end.reset();
    client->expect(InitType::spawned, 1);
    init->cut_lifeline();
    EXPECT_EQ(init->end(), 0);
    char byte = 0;
    EXPECT_TRUE(wait_readable(read_end.get(), 0));
    EXPECT_EQ(::read(read_end.get(), &byte, 1), 0) << "nobody holds the pipe any more";
}

TEST(FrankInit, RunByHandSaysSoAndFails) {
    const std::string command = std::string(FRANK_INIT) + " 2>&1 >/dev/null";
    FILE *pipe = ::popen(command.c_str(), "re"); // NOLINT: a test may
    char line[100] = {};
    ASSERT_NE(std::fgets(line, sizeof line, pipe), nullptr);
    EXPECT_STREQ(line, "frank-init is started by frank-launcher, not by hand\n");
    EXPECT_EQ(WEXITSTATUS(::pclose(pipe)), 1);
}

} // namespace
} // namespace frank::test
