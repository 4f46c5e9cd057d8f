#include "daemon/verify/command.hpp"

#include "daemon/sys/fd.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace frank::verify {

namespace {

using Clock = std::chrono::steady_clock;
using sys::Fd;
using sys::must;

// An emulated compiler takes twenty to fifty times as long as a native one.
constexpr std::chrono::seconds emulated_limit{240}, native_limit{60};
constexpr rlim_t output_limit = 256U << 20;
constexpr int cannot_start = 127;

constexpr std::array ends{SIGTERM, SIGINT, SIGHUP};

sigset_t heard() {
    sigset_t set;
    (void)::sigemptyset(&set);
    (void)::sigaddset(&set, SIGCHLD);
    for (const int signal : ends)
        (void)::sigaddset(&set, signal);
    return set;
}

std::vector<char *> pointers(const std::vector<std::string> &strings) {
    std::vector<char *> list;
    list.reserve(strings.size() + 1);
    for (const std::string &string : strings)
        list.push_back(const_cast<char *>(string.c_str()));
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> environment_of(const Command &command) {
    std::vector<std::string> list{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                  "HOME=/root", "LC_ALL=C.UTF-8"};
    if (command.emulated)
        list.emplace_back("FRANKEND_ACCEL=off");
    return list;
}

Fd make_buffer(const char *name) {
    return Fd(must(::memfd_create(name, MFD_CLOEXEC), "make a buffer for a command's output"));
}

std::string content_of(const Fd &buffer) {
    const off_t size = must(::lseek(buffer.get(), 0, SEEK_END), "measure a command's output");
    std::string text(static_cast<std::size_t>(size), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got =
            must(::pread(buffer.get(), text.data() + done, text.size() - done, static_cast<off_t>(done)),
                 "read a command's output");
        if (got == 0)
            break;
        done += static_cast<std::size_t>(got);
    }
    text.resize(done);
    return text;
}

struct Start {
    const char *program, *directory, *input;
    char *const *argv;
    char *const *environment;
    int output, messages;
};

/// In the child: no allocation, no exception.
[[noreturn]] void become(const Start &start) {
    const rlimit no_core{0, 0}, file_size{output_limit, output_limit};
    sigset_t none;
    (void)::sigemptyset(&none);
    if (::setsid() > 0 && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::chdir(start.directory) == 0 &&
        ::setrlimit(RLIMIT_CORE, &no_core) == 0 && ::setrlimit(RLIMIT_FSIZE, &file_size) == 0) {
        const int input = ::open(start.input, O_RDONLY | O_CLOEXEC);
        if (input >= 0 && ::dup2(input, 0) == 0 && ::dup2(start.output, 1) == 1 &&
            ::dup2(start.messages, 2) == 2 && ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0)
            (void)::execve(start.program, start.argv, start.environment);
    }
    ::_exit(cannot_start);
}

/// Its status; where time is over, it and its group are killed first.
int await(pid_t child, Clock::time_point deadline, bool &timed_out) {
    int status = 0;
    for (;;) {
        const pid_t gone = ::waitpid(child, &status, timed_out ? 0 : WNOHANG);
        if (gone == child)
            break;
        if (gone < 0 && errno != EINTR)
            sys::breakage("wait for a command");
        const int signal = await_signal(deadline);
        timed_out = signal == 0 && Clock::now() >= deadline;
        if (timed_out || asks_to_end(signal))
            (void)::kill(-child, SIGKILL);
        if (asks_to_end(signal)) {
            (void)::waitpid(child, nullptr, 0);
            ::_exit(128 + signal);
        }
    }
    (void)::kill(-child, SIGKILL); // what it left behind
    return status;
}

} // namespace

void block_signals() {
    const sigset_t set = heard();
    must(::sigprocmask(SIG_BLOCK, &set, nullptr), "block signals");
}

int await_signal(Clock::time_point deadline) {
    const sigset_t set = heard();
    const auto left =
        std::max(std::chrono::nanoseconds(deadline - Clock::now()), std::chrono::nanoseconds(0));
    const timespec wait{static_cast<time_t>(left.count() / 1'000'000'000),
                        static_cast<long>(left.count() % 1'000'000'000)};
    return std::max(::sigtimedwait(&set, nullptr, &wait), 0);
}

bool asks_to_end(int signal) { return std::ranges::find(ends, signal) != ends.end(); }

Outcome run(const Command &command) {
    const std::vector<std::string> variables = environment_of(command);
    const std::vector<char *> argv = pointers(command.argv), environment = pointers(variables);
    const Fd output = make_buffer("output"), messages = make_buffer("messages");
    const Start start{command.program.c_str(), command.directory.c_str(),
                      command.input.c_str(),   argv.data(),
                      environment.data(),      output.get(),
                      messages.get()};
    const auto began = Clock::now();
    const pid_t child = must(::fork(), "start a command");
    if (child == 0)
        become(start);
    Outcome outcome;
    outcome.session = child;
    const int status =
        await(child, began + (command.emulated ? emulated_limit : native_limit), outcome.timed_out);
    outcome.time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
    if (WIFSIGNALED(status))
        outcome.signal = WTERMSIG(status);
    else
        outcome.status = WEXITSTATUS(status);
    outcome.output = content_of(output);
    outcome.messages = content_of(messages);
    return outcome;
}

} // namespace frank::verify
