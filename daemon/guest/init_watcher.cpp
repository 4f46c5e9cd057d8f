#include "daemon/guest/init_watcher.hpp"

#include "daemon/guest/init_descriptors.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace frank::guest {

namespace {

// The watcher's descriptors: all that it has.
constexpr int outside = 0, trace = 1, job = 2;
constexpr int pause_ms = 20;

bool job_is_over(int wait_ms) {
    pollfd end{job, POLLIN, 0};
    return ::poll(&end, 1, wait_ms) > 0;
}

bool pass_on(int to, const char *bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t written = ::write(to, bytes, count);
        if (written < 0 && errno == EAGAIN) { // as its owner likes it
            pollfd sink{to, POLLOUT, 0};
            (void)::poll(&sink, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            return false;
        }
        const auto done = static_cast<std::size_t>(written < 0 ? 0 : written);
        bytes += done;
        count -= done;
    }
    return true;
}

/// Until the job and whatever else has the FIFO open for writing are gone. An emulator opens it some
/// milliseconds after frank-exec has looked whether anybody reads it, so nobody is not nobody at once. When
/// the one outside is gone, the job goes on and its trace is thrown away.
void carry_trace() {
    constexpr int patience = 5;
    bool heard = true;
    char bytes[16384];
    for (int alone = 0; alone < patience;) {
        const ssize_t got = ::read(trace, bytes, sizeof bytes);
        if (got > 0) {
            alone = 0;
            heard = heard && pass_on(outside, bytes, static_cast<std::size_t>(got));
        } else if (got == 0) { // nobody has it open for writing: poll would not wait
            if (job_is_over(pause_ms) && ++alone < patience)
                (void)::poll(nullptr, 0, pause_ms);
        } else if (errno == EAGAIN) {
            alone = 0;
            pollfd source{trace, POLLIN, 0};
            (void)::poll(&source, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

/// The stub's socket, once the first program's emulator listens. None: the job ended before.
Fd connect_stub() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    static_assert(sizeof "/run/frankend/job/debug/socket" <= sizeof address.sun_path);
    std::strncpy(address.sun_path, plan::debug_path, sizeof address.sun_path - 1);
    do {
        Fd stub(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(stub.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
            return stub;
    } while (!job_is_over(pause_ms));
    return {};
}

/// False where `from` has ended.
bool carry_once(int from, int to) {
    char bytes[16384];
    const ssize_t got = ::read(from, bytes, sizeof bytes);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    return got > 0 && pass_on(to, bytes, static_cast<std::size_t>(got));
}

/// Until either end is gone: then the other one learns of it, and the program goes on by itself.
void carry_debugger() {
    const Fd stub = connect_stub();
    for (bool both = static_cast<bool>(stub); both;) {
        pollfd ends[] = {{outside, POLLIN, 0}, {stub.get(), POLLIN, 0}, {job, POLLIN, 0}};
        if (::poll(ends, 3, -1) < 0)
            continue;
        if (ends[1].revents != 0)
            both = carry_once(stub.get(), outside);
        else if (ends[2].revents != 0) // a program that it left behind may have a copy of the connection
            return;
        if (both && ends[0].revents != 0)
            both = carry_once(outside, stub.get());
    }
}

/// PID 1 blocks what it reads from a descriptor, and so does its child.
void prepare_signals() {
    constexpr unsigned long none = 0;
    for (const int number : {SIGTERM, SIGHUP, SIGINT})
        (void)::signal(number, SIG_DFL);
    (void)::signal(SIGPIPE, SIG_IGN);
    (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
}

[[noreturn]] void watch_job(plan::Watch watch, const Fd &given, const Fd &fifo, const Fd &process) {
    Placement places[] = {{given.get(), outside}, {process.get(), job}, {fifo.get(), trace}};
    Kept none;
    Kept nothing;
    // A session of its own: signals to the job's group are not for the watcher.
    if (::setsid() < 0 || arrange(places, watch == plan::Watch::trace ? 3 : 2, none, nothing) != 0)
        ::_exit(1);
    prepare_signals();
    if (watch == plan::Watch::trace)
        carry_trace();
    else
        carry_debugger();
    ::_exit(0);
}

} // namespace

int begin_watch(plan::Watch watch, const Fd &outside_end) {
    Fd fifo;
    if (watch == plan::Watch::trace) {
        fifo.reset(::open(plan::trace_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!fifo)
            return errno;
    }
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    if (!process)
        return errno;
    // Twice: the job must not find a child that it did not make. PID 1 reaps it.
    const pid_t between = ::fork();
    if (between == 0) {
        const pid_t watcher = ::fork();
        if (watcher == 0)
            watch_job(watch, outside_end, fifo, process);
        ::_exit(watcher < 0 ? errno : 0);
    }
    int status = 0;
    if (between < 0 || ::waitpid(between, &status, 0) != between)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

} // namespace frank::guest
