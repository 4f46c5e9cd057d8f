#include "daemon/session/probe_run.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace frank::session {

namespace {

constexpr std::chrono::seconds patience{5};

/// Nothing of our environment: QEMU_* variables would change what is looked at.
constexpr std::array<const char *, 2> environment{"PATH=/usr/bin:/bin", nullptr};

} // namespace

ProbeRun::ProbeRun(sys::EventLoop &loop, const std::vector<std::string> &argv, int extra, Done done)
    : done_(std::move(done)) {
    int ends[2] = {-1, -1};
    sys::must(::pipe2(ends, O_CLOEXEC), "make pipe");
    output_.reset(ends[0]);
    const sys::Fd write_end(ends[1]);
    sys::must(::fcntl(output_.get(), F_SETFL, O_NONBLOCK), "make pipe non-blocking");
    const int pid = spawn(argv, write_end.get(), extra);
    if (pid > 0)
        process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process_) {
        source_ = loop.soon([this] { ended(); });
        return;
    }
    source_ = loop.on_io(process_.get(), EPOLLIN, [this](std::uint32_t) { ended(); });
    deadline_ = loop.after(patience, [this] { kill(); });
}

ProbeRun::~ProbeRun() {
    if (!process_)
        return;
    kill();
    // It has been killed: this is not a wait that anything can prolong but the kernel.
    (void)::waitid(P_PIDFD, static_cast<id_t>(process_.get()), nullptr, WEXITED);
}

int ProbeRun::spawn(const std::vector<std::string> &argv, int output, int extra) {
    std::vector<char *> arguments;
    arguments.reserve(argv.size() + 1);
    for (const std::string &argument : argv)
        arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (extra >= 0)
        ::posix_spawn_file_actions_adddup2(&files, extra, probe_fd);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none); // the event loop blocks what it watches
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, argv.front().c_str(), &files, &attributes, arguments.data(),
                                    const_cast<char *const *>(environment.data()));
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    return error == 0 ? pid : -1;
}

void ProbeRun::ended() {
    Outcome outcome;
    siginfo_t info{};
    if (process_ && ::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &info, WEXITED) == 0)
        outcome.status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    process_.reset();
    source_.reset();
    deadline_.reset();
    std::array<char, 512> text{};
    const ssize_t got = ::read(output_.get(), text.data(), text.size());
    if (got > 0)
        outcome.line.assign(text.data(), static_cast<std::size_t>(got));
    outcome.line.erase(std::min(outcome.line.size(), outcome.line.find('\n')));
    const auto done = std::move(done_);
    done(outcome);
}

void ProbeRun::kill() const { (void)::syscall(SYS_pidfd_send_signal, process_.get(), SIGKILL, nullptr, 0); }

} // namespace frank::session
