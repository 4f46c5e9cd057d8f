#include "daemon/guest/exec_twin.hpp"

#include "daemon/guest/exec_path.hpp"
#include "daemon/guest/exec_rules.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::guest {

namespace {

constexpr const char *calls_path = "/run/frankend/accel/calls";

/// The path without links, by the descriptor: argv[1] may be relative, or a symbolic link.
void find_canonical_path(const ForeignCall &call, char (&path)[PATH_MAX]) {
    const ssize_t length = ::readlink(DescriptorPath(call.binary).text(), path, sizeof path);
    if (length > 0 && length < PATH_MAX) {
        path[length] = '\0';
        return;
    }
    path[0] = '\0';
    const std::size_t given = std::strlen(call.file);
    if (given < sizeof path)
        std::memcpy(path, call.file, given + 1);
}

/// For the figures alone: whatever fails here costs a figure.
void count(std::uint16_t counter, bool native, const char *root) {
    const Fd file(::open(Path(root, calls_path).text(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK));
    const plan::ExecCall record{counter, static_cast<std::uint16_t>(native ? 1 : 0), ::getsid(0)};
    if (file)
        (void)!::write(file.get(), &record, sizeof record);
}

/// Signals that a terminal, make or a supervisor send to the one process that they know of.
sigset_t passed_on() {
    sigset_t set;
    (void)::sigemptyset(&set);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD})
        (void)::sigaddset(&set, signal);
    return set;
}

bool is_fault(int signal) {
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE ||
           signal == SIGABRT || signal == SIGSYS || signal == SIGTRAP;
}

/// As if we were it.
[[noreturn]] void die_of(int signal) {
    const rlimit none{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &none);
    struct sigaction plain {};
    plain.sa_handler = SIG_DFL;
    (void)::sigaction(signal, &plain, nullptr);
    sigset_t set;
    (void)::sigemptyset(&set);
    (void)::sigaddset(&set, signal);
    (void)::sigprocmask(SIG_UNBLOCK, &set, nullptr);
    (void)::kill(::getpid(), signal);
    ::_exit(128 + signal);
}

constexpr int fault = -1;

/// Its exit status. A signal that ends it ends us, but for a fault.
int await(pid_t child, const Rules &rules, const sigset_t &waited) {
    for (;;) {
        int status = 0;
        const pid_t gone = ::waitpid(child, &status, WNOHANG);
        if (gone == child && WIFEXITED(status) && !rules.is_fault(WEXITSTATUS(status)))
            return WEXITSTATUS(status);
        if (gone == child && WIFSIGNALED(status) && !is_fault(WTERMSIG(status)))
            die_of(WTERMSIG(status));
        if (gone == child || (gone < 0 && errno != EINTR))
            return fault;
        const int signal = ::sigwaitinfo(&waited, nullptr);
        if (signal > 0 && signal != SIGCHLD)
            (void)::kill(child, signal);
    }
}

struct Twin {
    const char *file;
    char *const *argv;
    char *const *environment;
};

/// In a child, so that there is somebody left to do it over; its exit status, or `fault`. What it says goes
/// to `messages`.
int run_watched(const Twin &twin, const Rules &rules, int messages = STDERR_FILENO) {
    const sigset_t waited = passed_on();
    sigset_t mask;
    // An ignored SIGCHLD would have the kernel reap it; the emulated program is to have it as it was.
    struct sigaction plain {};
    struct sigaction before {};
    plain.sa_handler = SIG_DFL;
    (void)::sigprocmask(SIG_BLOCK, &waited, &mask);
    (void)::sigaction(SIGCHLD, &plain, &before);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
        (void)::sigaction(SIGCHLD, &before, nullptr);
        (void)::sigprocmask(SIG_SETMASK, &mask, nullptr);
        if (::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent &&
            (messages == STDERR_FILENO || ::dup2(messages, STDERR_FILENO) == STDERR_FILENO))
            (void)::execve(twin.file, twin.argv, twin.environment);
        (void)::kill(::getpid(), SIGABRT); // told as a fault: the emulator does it
        ::_exit(127);
    }
    const int status = child > 0 ? await(child, rules, waited) : fault;
    (void)::sigaction(SIGCHLD, &before, nullptr);
    (void)::sigprocmask(SIG_SETMASK, &mask, nullptr);
    return status;
}

/// With it, where it worked to the end; comes back where it is the guest's own that has to do the work.
void end_with(int status, const Twin &twin, const Rules &rules) {
    if (status != fault && (status != 0 || rules.sign_as_guest(twin.argv)))
        ::_exit(status);
}

/// What it writes counts only when it has been looked at, and until then nobody hears what it says. Comes
/// back where the guest's own is to do the work.
void run_on_trial(const Twin &twin, const Rules &rules) {
    const Fd messages(::memfd_create("messages", MFD_CLOEXEC));
    struct stat said {};
    const int status = messages ? run_watched(twin, rules, messages.get()) : fault;
    if (status == fault || (status == 0 && rules.doubt(twin.argv)) || ::fstat(messages.get(), &said) < 0)
        return;
    // Once more, and aloud, where it said something: that depends on what hears it, as a terminal has
    // colours.
    end_with(said.st_size == 0 ? status : run_watched(twin, rules), twin, rules);
}

} // namespace

void try_twin(const ForeignCall &call, const ExecTableView &table, const char *root) {
    struct stat file {};
    // A setuid program's rights are not for a file that is not it.
    if (call.secure || ::fstat(call.binary.get(), &file) < 0)
        return;
    char path[PATH_MAX];
    find_canonical_path(call, path);
    RouteView route{};
    if (!table.find_route(path, file, route))
        return count(0, false, root);
    const Rules rules(route);
    if (!route.valid || call.argc < 1 || environment_forbids_twins(call.environment) ||
        rules.forbid(call.argv, call.environment))
        return count(route.counter, false, root);
    const Path native(root, route.native);
    const Twin twin{native.text(), rules.arguments(call.argv), rules.environment(call.environment)};
    if (twin.argv == nullptr || twin.environment == nullptr || ::access(twin.file, X_OK) < 0)
        return count(route.counter, false, root);
    count(route.counter, true, root);
    if (rules.on_trial(call.argv))
        run_on_trial(twin, rules);
    else if (!rules.watched(call.argv))
        (void)::execve(twin.file, twin.argv, twin.environment);
    else
        end_with(run_watched(twin, rules), twin, rules);
    count(route.counter, false, root); // it did not do it
}

} // namespace frank::guest
