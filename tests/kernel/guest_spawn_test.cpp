// What a command gets from frank-init, byte for byte, and how its end is told.
#include "tests/support/guest_init.hpp"

#include <csignal>
#include <map>
#include <sys/resource.h>

namespace frank::test {
namespace {

using plan::InitType;
using plan::SpawnStage;
using namespace std::string_literals;

class GuestSpawn : public GuestInitTest {
  protected:
    std::string output_of(const std::string &script) { return client->run(shell(script)).output; }
};

TEST_F(GuestSpawn, EveryExitStatusIsTold) {
    for (int status = 0; status < 256; ++status)
        client->spawn(static_cast<std::uint64_t>(status), shell("exit " + std::to_string(status)));
    for (int status = 0; status < 256; ++status) {
        const int seen = client->expect(InitType::exited, static_cast<std::uint64_t>(status)).header.a;
        EXPECT_TRUE(WIFEXITED(seen));
        EXPECT_EQ(WEXITSTATUS(seen), status);
    }
}

TEST_F(GuestSpawn, DeathBySignalIsToldAsSuch) {
    for (const int number : {SIGHUP, SIGINT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGUSR1}) {
        const int status = client->run(shell("kill -" + std::to_string(number) + " $$")).status;
        EXPECT_TRUE(WIFSIGNALED(status)) << number;
        EXPECT_EQ(WTERMSIG(status), number);
    }
}

TEST_F(GuestSpawn, SignalsReachTheWholeGroup) {
    auto [read_end, write_end] = make_pipe();
    auto request = shell("sleep 100 & echo ready; wait");
    request.fd_numbers = {1};
    client->spawn(1, request, std::vector{write_end.get()});
    write_end.reset();
    char ready[6] = {};
    ASSERT_EQ(::read(read_end.get(), ready, sizeof ready), 6);
    client->send(InitType::signal, 1, SIGTERM);
    EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, 1).header.a), SIGTERM);
    EXPECT_EQ(read_all(read_end.get()), "") << "sleep, which has the pipe too, is gone as well";
}

TEST_F(GuestSpawn, ASignalRightAfterTheSpawnIsNotLost) {
    for (std::uint64_t job = 1; job <= 50; ++job) {
        client->spawn(job, command({"sleep", "100"}));
        client->send(InitType::signal, job, SIGTERM);
    }
    for (std::uint64_t job = 1; job <= 50; ++job)
        EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, job).header.a), SIGTERM);
}

TEST_F(GuestSpawn, ACommandThatIsNowhereIsNotFound) {
    for (const char *name : {"no-such-command", "/no/such/command", "./none", ""}) {
        const Ended ended = client->run(command({name}));
        EXPECT_EQ(ended.stage, SpawnStage::not_found) << name;
        EXPECT_EQ(ended.error, ENOENT) << name;
    }
}

TEST_F(GuestSpawn, AFileThatIsThereAndCannotRunIsNotExecutable) {
    EXPECT_EQ(
        client
            ->run(shell(
                "cd /run; echo text >plain; echo text >text; chmod +x text; printf '#!/no/such\n' >lost;"
                "chmod +x lost; mkdir dir"))
            .status,
        0);
    const std::map<std::string, int> cases{
        {"/run/plain", EACCES}, {"/run/text", ENOEXEC}, {"/run/lost", ENOENT}, {"/run/dir", EACCES}};
    for (const auto &[path, error] : cases) {
        const Ended ended = client->run(command({path}));
        EXPECT_EQ(ended.stage, SpawnStage::execute) << path;
        EXPECT_EQ(ended.error, error) << path;
    }
    auto request = command({"plain"});
    request.env = {"PATH=/nowhere:/run"};
    EXPECT_EQ(client->run(request).error, EACCES) << "found by PATH too";
}

TEST_F(GuestSpawn, PathOfTheRequestIsSearchedInOrder) {
    EXPECT_EQ(
        client
            ->run(shell("mkdir /run/a /run/b; printf '#!/bin/sh\necho b' >/run/b/tool; chmod +x /run/b/tool;"
                        "echo text >/run/a/tool"))
            .status,
        0);
    auto request = command({"tool"});
    request.env = {"PATH=/run/a:/run/b"};
    EXPECT_EQ(client->run(request).output, "b\n") << "what cannot be executed is passed over";
    request.env = {"PATH=:"};
    request.cwd = "/run/b";
    EXPECT_EQ(client->run(request).output, "b\n") << "an empty entry is the working directory";
}

TEST_F(GuestSpawn, ArgumentsArriveByteForByte) {
    std::string all;
    for (int byte = 1; byte < 256; ++byte)
        all.push_back(static_cast<char>(byte));
    const Ended ended = client->run(command({"/bin/sh", "-c", "cat /proc/self/cmdline", all, "", "x y"}));
    EXPECT_EQ(ended.output, "cat\0/proc/self/cmdline\0"s) << "a sanity check of the method";
    // cat complains about the last one on 2, which is the same pipe: after what it has written.
    auto request = shell("exec cat /proc/self/cmdline /dev/null \"$0\" 2>/dev/null");
    request.argv.push_back(all);
    const std::string output = client->run(request).output;
    EXPECT_EQ(output, "cat\0/proc/self/cmdline\0/dev/null\0"s + all + "\0"s);
}

TEST_F(GuestSpawn, EnvironmentIsDefaultsThenTheRequests) {
    auto request = command({"cat", "/proc/self/environ"});
    request.env = {"A=1", "EMPTY=", "HOME=/else", "A=2"};
    EXPECT_EQ(client->run(request).output,
              "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\0USER=root\0"
              "LOGNAME=root\0SHELL=/bin/sh\0container=frankend\0A=1\0EMPTY=\0HOME=/else\0A=2\0"s);
}

TEST_F(GuestSpawn, AnOrdinaryUserGetsTheirIdsGroupsHomeAndPath) {
    auto request = shell("id -u; id -G; echo $HOME $USER $SHELL $PATH; pwd; umask");
    request.user = "user";
    request.cwd = "";
    const std::string expected = "1000\n1000 50\n/home/none user /bin/sh "
                                 "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games\n/\n0022\n";
    EXPECT_EQ(client->run(request).output, expected) << "a missing home is /";
    request.user = "1000";
    EXPECT_EQ(client->run(request).output, expected) << "by number as well";
}

TEST_F(GuestSpawn, AnOrdinaryUserHasNoCapability) {
    auto request = shell("grep CapEff /proc/self/status; chown 0 /run/passwd; echo $?");
    request.user = "user";
    const std::string output = client->run(request).output;
    EXPECT_NE(output.find("CapEff:\t0000000000000000"), std::string::npos);
    EXPECT_EQ(output.back() == '\n' ? output.substr(output.size() - 2) : output, "1\n");
}

TEST_F(GuestSpawn, AnUnknownNumberIsTakenAsItIs) {
    auto request = shell("id -u; id -g; echo $HOME $SHELL");
    request.user = "4242";
    EXPECT_EQ(client->run(request).output, "4242\n4242\n/ /bin/sh\n");
}

TEST_F(GuestSpawn, AnUnknownNameIsRefused) {
    auto request = command({"true"});
    for (const char *name : {"nobody-here", "-1", "4294967295", "99999999999999999999", "us", "user:x"}) {
        request.user = name;
        const Ended ended = client->run(request);
        EXPECT_EQ(ended.stage, SpawnStage::user) << name;
        EXPECT_EQ(ended.error, ENOENT) << name;
    }
}

TEST_F(GuestSpawn, AnIdOutsideTheSessionsRangeIsRefused) {
    auto request = command({"true"});
    request.user = "70000";
    EXPECT_EQ(client->run(request).stage, SpawnStage::credentials);
}

TEST_F(GuestSpawn, AMissingWorkingDirectoryIsRefused) {
    auto request = command({"true"});
    request.cwd = "/no/such/place";
    const Ended ended = client->run(request);
    EXPECT_EQ(ended.stage, SpawnStage::directory);
    EXPECT_EQ(ended.error, ENOENT);
}

TEST_F(GuestSpawn, ADirectoryTheUserCannotEnterIsRefused) {
    EXPECT_EQ(client->run(shell("mkdir -m 0700 /run/private")).status, 0);
    auto request = command({"true"});
    request.cwd = "/run/private";
    EXPECT_EQ(client->run(request).status, 0);
    request.user = "user";
    EXPECT_EQ(client->run(request).error, EACCES);
}

TEST_F(GuestSpawn, DescriptorsGetTheirNumbersAlsoWhenRangesOverlap) {
    // Twelve pipes' writing ends, wanted at numbers that are in use in frank-init and in each other's way.
    std::vector<sys::Fd> keep;
    std::vector<int> fds;
    auto request =
        command({"/bin/bash", "-c", "for n in 3 4 5 6 7 8 9 10 11 12 1023; do echo -n \"$n \" >&$n; done"});
    for (const std::uint32_t number : {1023U, 12U, 3U, 11U, 4U, 10U, 5U, 9U, 6U, 8U, 7U}) {
        auto [read_end, write_end] = make_pipe();
        request.fd_numbers.push_back(number);
        fds.push_back(write_end.get());
        keep.push_back(std::move(write_end));
        keep.push_back(std::move(read_end));
    }
    EXPECT_EQ(client->run(request, fds).status, 0);
    for (std::size_t i = 0; i < fds.size(); ++i) {
        keep[2 * i].reset();
        EXPECT_EQ(read_all(keep[2 * i + 1].get()), std::to_string(request.fd_numbers[i]) + " ");
    }
}

TEST_F(GuestSpawn, NothingElseIsOpenAndMissingStreamsAreNull) {
    const auto request = command({"/bin/sh", "-c", "ls -l /proc/self/fd | sed 's/.* //' | tr '\n' ' '"});
    const std::string output = client->run(request).output;
    EXPECT_EQ(output.substr(0, 12), "0 /dev/null ") << output; // "total 0", then 0
    EXPECT_EQ(output.find(" socket:"), std::string::npos) << output;
    auto numbers = command({"/bin/sh", "-c", "echo /proc/self/fd/*"});
    EXPECT_EQ(client->run(numbers).output,
              "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n")
        << "3 is the shell's own, of the directory it lists";
}

TEST_F(GuestSpawn, SignalsAreAsInAFreshProcess) {
    const std::string output = output_of("grep -E '^(Sig(Blk|Ign|Pnd)|ShdPnd)' /proc/self/status");
    EXPECT_EQ(output, "SigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000000\n"
                      "SigIgn:\t0000000000000000\n");
}

TEST_F(GuestSpawn, AJobLeadsASessionOfItsOwnAndHasTheLimitsFrankInitWasGiven) {
    EXPECT_EQ(
        output_of(
            "read -r pid _ _ _ group session _ </proc/self/stat; test $$ = $group && test $$ = $session "
            "&& echo leads"),
        "leads\n");
    rlimit ours{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &ours), 0);
    EXPECT_EQ(output_of("ulimit -Sn"), std::to_string(ours.rlim_cur) + "\n");
}

TEST_F(GuestSpawn, AHundredAtOnceEachWithItsOwnOutputAndStatus) {
    std::vector<sys::Fd> outputs;
    for (std::uint64_t job = 1; job <= 100; ++job) {
        auto [read_end, write_end] = make_pipe();
        auto request = shell("sleep 0.1; echo job " + std::to_string(job) + "; exit " + std::to_string(job));
        request.fd_numbers = {1};
        client->spawn(job, request, std::vector{write_end.get()});
        outputs.push_back(std::move(read_end));
    }
    for (std::uint64_t job = 1; job <= 100; ++job) {
        EXPECT_EQ(read_all(outputs[job - 1].get()), "job " + std::to_string(job) + "\n");
        EXPECT_EQ(WEXITSTATUS(client->expect(InitType::exited, job).header.a), static_cast<int>(job));
    }
}

} // namespace
} // namespace frank::test
