#include "tests/support/client_world.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

namespace frank::test {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

int remaining_ms(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::max<long>(left, 0));
}

[[noreturn]] void become(const std::vector<std::string> &words) {
    std::vector<std::string> copies = words;
    std::vector<char *> argv(copies.size() + 1, nullptr);
    for (std::size_t i = 0; i < copies.size(); ++i)
        argv[i] = copies[i].data();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)execvp(argv[0], argv.data());
    _exit(99);
}

int status_of(pid_t pid) {
    int status = 0;
    (void)waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/// Starts a program and returns once it has written its first line, which it gives as well.
std::pair<pid_t, std::string> start(const std::vector<std::string> &argv) {
    int ends[2] = {};
    (void)!pipe2(ends, O_CLOEXEC);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        become(argv);
    }
    (void)close(ends[1]);
    std::string line;
    for (char c = 0; read(ends[0], &c, 1) == 1 && c != '\n';)
        line += c;
    (void)close(ends[0]);
    return {pid, line};
}

void end(pid_t &pid) {
    if (pid < 0)
        return;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, nullptr, 0);
    pid = -1;
}

} // namespace

Outcome run_program(const std::vector<std::string> &argv, const std::string &input) {
    int in[2] = {};
    int out[2] = {};
    int err[2] = {};
    (void)!pipe2(in, O_CLOEXEC);
    (void)!pipe2(out, O_CLOEXEC);
    (void)!pipe2(err, O_CLOEXEC);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(in[0], 0);
        (void)dup2(out[1], 1);
        (void)dup2(err[1], 2);
        become(argv);
    }
    for (const int fd : {in[0], out[1], err[1]})
        (void)close(fd);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)fcntl(in[1], F_SETFL, O_NONBLOCK);

    Outcome outcome;
    std::size_t written = 0;
    std::array<pollfd, 3> polled{pollfd{in[1], POLLOUT, 0}, pollfd{out[0], POLLIN, 0},
                                 pollfd{err[0], POLLIN, 0}};
    const auto deadline = Clock::now() + 60s;
    const auto shut = [](pollfd &entry) { (void)close(std::exchange(entry.fd, -1)); };
    if (input.empty())
        shut(polled[0]);
    while (polled[1].fd >= 0 || polled[2].fd >= 0) {
        if (poll(polled.data(), polled.size(), remaining_ms(deadline)) == 0) {
            (void)kill(pid, SIGKILL);
            ADD_FAILURE() << "took longer than 60 s";
            break;
        }
        if (polled[0].fd >= 0 && polled[0].revents != 0) {
            const ssize_t count = write(polled[0].fd, &input[written], input.size() - written);
            written += count > 0 ? static_cast<std::size_t>(count) : 0;
            if ((count < 0 && errno != EAGAIN) || written == input.size())
                shut(polled[0]);
        }
        for (const std::size_t i : {1U, 2U}) {
            if (polled[i].fd < 0 || polled[i].revents == 0)
                continue;
            std::array<char, 65536> buffer{};
            const ssize_t count = read(polled[i].fd, buffer.data(), buffer.size());
            if (count > 0)
                (i == 1 ? outcome.out : outcome.err).append(buffer.data(), static_cast<std::size_t>(count));
            else
                shut(polled[i]);
        }
    }
    for (pollfd &entry : polled)
        if (entry.fd >= 0)
            shut(entry);
    outcome.status = status_of(pid);
    return outcome;
}

bool eventually(const std::function<bool()> &condition) {
    for (const auto deadline = Clock::now() + 30s; Clock::now() < deadline; std::this_thread::sleep_for(10ms))
        if (condition())
            return true;
    return condition();
}

std::size_t control_characters(const std::string &bytes) {
    return static_cast<std::size_t>(std::count_if(bytes.begin(), bytes.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r') || byte == 0x7f;
    }));
}

TerminalRun::TerminalRun(const std::vector<std::string> &argv, unsigned short rows, unsigned short columns) {
    master_ = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    (void)unlockpt(master_);
    slave_ = ioctl(master_, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    resize(rows, columns);
    pid_ = fork();
    if (pid_ == 0) {
        (void)setsid();
        (void)ioctl(slave_, TIOCSCTTY, 0);
        for (int fd = 0; fd <= 2; ++fd)
            (void)dup2(slave_, fd);
        (void)setenv("TERM", "test-terminal", 1);
        become(argv);
    }
}

TerminalRun::~TerminalRun() {
    end(pid_);
    (void)close(master_);
    (void)close(slave_);
}

void TerminalRun::type(const std::string &keys) { (void)!write(master_, keys.data(), keys.size()); }

void TerminalRun::resize(unsigned short rows, unsigned short columns) {
    const winsize size{rows, columns, 0, 0};
    (void)ioctl(master_, TIOCSWINSZ, &size);
}

bool TerminalRun::read_some(Clock::time_point deadline) {
    pollfd source{master_, POLLIN, 0};
    if (poll(&source, 1, remaining_ms(deadline)) <= 0)
        return false;
    std::array<char, 4096> buffer{};
    const ssize_t count = read(master_, buffer.data(), buffer.size());
    if (count > 0)
        shown_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
}

bool TerminalRun::shows(const std::string &text) {
    const auto deadline = Clock::now() + 20s;
    while (shown_.find(text) == std::string::npos)
        if (!read_some(deadline))
            return false;
    return true;
}

int TerminalRun::finish() {
    siginfo_t news{};
    const auto deadline = Clock::now() + 20s;
    // This process keeps the slave open, to look at its modes, so the master never ends by itself.
    while (waitid(P_PID, static_cast<id_t>(pid_), &news, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           news.si_pid == 0) {
        (void)read_some(Clock::now() + 10ms);
        if (Clock::now() > deadline)
            return -1;
    }
    while (read_some(Clock::now())) {
    }
    return status_of(std::exchange(pid_, -1));
}

bool TerminalRun::is_raw() const {
    termios mode{};
    return tcgetattr(slave_, &mode) == 0 && (mode.c_lflag & ICANON) == 0;
}

void ClientWorld::SetUp() {
    std::string name = std::filesystem::temp_directory_path() / "frankctl-test-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    std::ofstream(directory_ + "/bus.conf")
        << "<busconfig><type>session</type><listen>unix:path=" << directory_
        << "/bus</listen><auth>EXTERNAL</auth><policy context=\"default\">"
           "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/>"
           "<allow own=\"*\"/></policy></busconfig>";
    if (std::system("command -v dbus-daemon >/dev/null") != 0)
        GTEST_SKIP() << "dbus-daemon is not installed";
    std::tie(bus_, address_) =
        start({"dbus-daemon", "--config-file=" + directory_ + "/bus.conf", "--nofork", "--print-address"});
    ASSERT_NE(address_, "");
    start_service();
}

void ClientWorld::TearDown() {
    end(service_);
    end(bus_);
    std::filesystem::remove_all(directory_);
}

void ClientWorld::start_service() {
    std::string line;
    std::tie(service_, line) = start({FAKE_FRANKEND, address_});
    ASSERT_EQ(line, "ready");
}

void ClientWorld::stop_service() { end(service_); }

std::vector<std::string> ClientWorld::frankctl(const std::vector<std::string> &words) const {
    std::vector<std::string> argv{FRANKCTL, "--bus", address_};
    argv.insert(argv.end(), words.begin(), words.end());
    return argv;
}

Outcome ClientWorld::run(const std::vector<std::string> &words, const std::string &input) const {
    return run_program(frankctl(words), input);
}

Outcome ClientWorld::shell(const std::string &script, const std::string &input) const {
    return run_program({"bash", "-c", "F='" FRANKCTL " --bus " + address_ + "'; " + script}, input);
}

std::string ClientWorld::completions(const std::vector<std::string> &words) const {
    std::string line;
    for (const std::string &word : words)
        line += " '" + word + "'";
    const std::string out =
        shell("frankctl() { $F \"$@\"; }; . " COMPLETION "; COMP_WORDS=(frankctl" + line +
              "); COMP_CWORD=" + std::to_string(words.size()) + "; _frankctl; echo \"${COMPREPLY[*]}\"")
            .out;
    return out.substr(0, out.find('\n'));
}

} // namespace frank::test
