// Terminals that frank-init makes, and logs that it writes.
#include "tests/support/guest_init.hpp"

#include <csignal>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>

namespace frank::test {
namespace {

using plan::InitType;

class GuestTerminal : public GuestInitTest {
  protected:
    /// The master of a job's terminal, once its command runs.
    sys::Fd start(std::uint64_t job, plan::SpawnRequest request) {
        request.tty = true;
        client->spawn(job, request);
        Reply reply = client->expect(InitType::spawned, job);
        EXPECT_GT(reply.header.a, 1) << "the pid inside";
        if (reply.fds.size() != 1)
            throw std::runtime_error("spawned without a terminal");
        return std::move(reply.fds[0]);
    }
    static std::string read_until(int fd, const std::string &mark) {
        std::string text;
        char buffer[4096];
        while (text.find(mark) == std::string::npos && wait_readable(fd, 30'000)) {
            const ssize_t got = ::read(fd, buffer, sizeof buffer);
            if (got <= 0)
                break;
            text.append(buffer, static_cast<std::size_t>(got));
        }
        return text;
    }
    static void type(int fd, const std::string &text) {
        ASSERT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
};

TEST_F(GuestTerminal, ATerminalIsOneWithTheSizeAskedForAndTheUsersOwn) {
    auto request =
        shell("tty; stty size; stat -Lc '%u %g %a' /dev/fd/0; test -t 0 -a -t 1 -a -t 2 && echo all");
    request.rows = 33;
    request.columns = 111;
    request.user = "user";
    const sys::Fd master = start(1, request);
    EXPECT_EQ(read_all(master.get()), "/dev/pts/0\r\n33 111\r\n1000 5 620\r\nall\r\n");
    EXPECT_EQ(client->expect(InitType::exited, 1).header.a, 0);
}

TEST_F(GuestTerminal, ControlCharactersMakeSignals) {
    const sys::Fd master = start(1, shell("echo ready; exec sleep 100"));
    read_until(master.get(), "ready");
    type(master.get(), "\x03");
    EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, 1).header.a), SIGINT);
}

TEST_F(GuestTerminal, AShellHasJobControl) {
    auto request = command({"/bin/bash", "--norc", "-i"});
    request.env = {"PS1=$ "};
    const sys::Fd master = start(1, request);
    const std::string banner = read_until(master.get(), "$ ");
    EXPECT_EQ(banner.find("no job control"), std::string::npos) << banner;
    type(master.get(), "sleep 100\n");
    ::usleep(200'000);
    type(master.get(), "\x1a");
    EXPECT_NE(read_until(master.get(), " sleep 100\r\n$ ").find("Stopped"), std::string::npos);
    type(master.get(), "fg\n");
    read_until(master.get(), "sleep 100\r\n"); // what fg says it continues, after the echo of the line
    ::usleep(200'000);
    type(master.get(), "\x03");
    read_until(master.get(), "$ ");
    type(master.get(), "exit 5\n");
    EXPECT_EQ(WEXITSTATUS(client->expect(InitType::exited, 1).header.a), 5);
}

TEST_F(GuestTerminal, ClosingTheMasterHangsUp) {
    sys::Fd master = start(1, command({"sleep", "100"}));
    master.reset();
    EXPECT_EQ(WTERMSIG(client->expect(InitType::exited, 1).header.a), SIGHUP);
}

TEST_F(GuestTerminal, ResizingTheMasterTellsTheCommand) {
    const sys::Fd master =
        start(1, command({"/bin/bash", "-c", "trap 'stty size; exit' WINCH; echo ready; sleep 100 & wait"}));
    read_until(master.get(), "ready");
    const winsize size{50, 132, 0, 0};
    ASSERT_EQ(::ioctl(master.get(), TIOCSWINSZ, &size), 0);
    EXPECT_EQ(read_until(master.get(), "132\r\n"), "50 132\r\n");
}

TEST_F(GuestTerminal, ALoginShellIsTheUsersOwnAndKnowsIt) {
    auto request = command({});
    request.user = "user";
    request.cwd = "";
    request.env = {"PS1=$ "};
    const sys::Fd master = start(1, request);
    type(master.get(), "echo \"<$0>\"; exit\n");
    EXPECT_NE(read_all(master.get()).find("<-sh>"), std::string::npos);
}

TEST_F(GuestTerminal, TwoJobsHaveTwoTerminals) {
    const sys::Fd first = start(1, shell("tty; read x"));
    const sys::Fd second = start(2, shell("tty; read x"));
    EXPECT_EQ(read_until(first.get(), "\n"), "/dev/pts/0\r\n");
    EXPECT_EQ(read_until(second.get(), "\n"), "/dev/pts/1\r\n");
}

class GuestLog : public GuestTerminal {
  protected:
    sys::Fd file{sys::must(::memfd_create("log", MFD_CLOEXEC), "make log")};

    /// What the log holds when the job's end is told.
    std::string log_of(plan::SpawnRequest request, std::uint64_t limit) {
        request.log = true;
        client->spawn(1, request, std::vector{file.get()}, limit);
        status = client->expect(InitType::exited, 1).header.a;
        return text();
    }
    std::string text() const {
        std::string result(1 << 20, '\0');
        const ssize_t got = ::pread(file.get(), result.data(), result.size(), 0);
        result.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return result;
    }
    int status = -1;
};

TEST_F(GuestLog, BothStreamsAreThereWhenTheEndIsTold) {
    EXPECT_EQ(log_of(shell("echo out; echo err >&2; read x; echo $?; exit 3"), 1000), "out\nerr\n1\n")
        << "and standard input is /dev/null";
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST_F(GuestLog, WhatIsAboveTheLimitIsDroppedAndCounted) {
    EXPECT_EQ(log_of(shell("printf 0123456789abc; printf defgh"), 10),
              "0123456789[frankend: 8 bytes dropped]\n");
}

TEST_F(GuestLog, ExactlyTheLimitDropsNothing) {
    EXPECT_EQ(log_of(shell("printf 0123456789"), 10), "0123456789");
}

TEST_F(GuestLog, AFloodEndsAndHoldsUpNobody) {
    auto request = shell("head -c 300000000 /dev/zero");
    request.log = true;
    client->spawn(1, request, std::vector{file.get()}, 1000);
    EXPECT_EQ(client->run(shell("echo meanwhile")).output, "meanwhile\n");
    EXPECT_EQ(client->expect(InitType::exited, 1).header.a, 0);
    EXPECT_EQ(text(), std::string(1000, '\0') + "[frankend: 299999000 bytes dropped]\n");
}

TEST_F(GuestLog, AFullDiskDropsAndTheCommandGoesOn) {
    const sys::Fd full(sys::must(::open("/dev/full", O_WRONLY | O_CLOEXEC), "open /dev/full"));
    auto request = shell("head -c 100000 /dev/zero; exit 4");
    request.log = true;
    client->spawn(1, request, std::vector{full.get()}, 1 << 20);
    EXPECT_EQ(WEXITSTATUS(client->expect(InitType::exited, 1).header.a), 4);
}

TEST_F(GuestLog, ATerminalsOutputCanBeLoggedAndResized) {
    // The trap comes first: a signal that is sent once the first line is there finds it.
    auto request = command({"/bin/bash", "-c", "trap 'stty size; exit 6' WINCH; tty; sleep 100 & wait"});
    request.tty = true;
    request.log = true;
    client->spawn(1, request, std::vector{file.get()}, 1000);
    EXPECT_TRUE(client->expect(InitType::spawned, 1).fds.empty()) << "nobody outside has this terminal";
    for (int i = 0; i < 1000 && text().empty(); ++i)
        ::usleep(10'000);
    client->send(InitType::resize, 1, 21, 77);
    EXPECT_EQ(WEXITSTATUS(client->expect(InitType::exited, 1).header.a), 6);
    EXPECT_EQ(text(), "/dev/pts/0\r\n21 77\r\n");
}

TEST_F(GuestLog, ADaemonThatKeepsTheLogOpenDoesNotDelayTheEnd) {
    EXPECT_EQ(log_of(shell("echo started; sleep 100 & exit 0"), 1000), "started\n");
}

TEST_F(GuestLog, ACommandThatLetsGoOfItsTerminalIsNotHungUp) {
    auto request = shell("exec <&- >&- 2>&-; sleep 0.3; exit 8");
    request.tty = true;
    EXPECT_EQ(log_of(request, 1000), "");
    EXPECT_EQ(WEXITSTATUS(status), 8);
}

} // namespace
} // namespace frank::test
