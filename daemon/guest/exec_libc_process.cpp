// What frank-exec uses of libc to watch over a twin, without libc (exec_libc.cpp says why).
#include "daemon/guest/exec_ask.hpp"

#include <csignal>
#include <cstdarg>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using frank::guest::ask;

namespace {

/// The kernel's signal set and action (asm/signal.h of x86-64); glibc's set is longer and begins with it.
constexpr std::size_t signal_set_bytes = 8;
struct KernelAction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    std::uint64_t mask;
};

} // namespace

extern "C" {
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): glibc's headers use reserved names

pid_t fork() noexcept { return static_cast<pid_t>(ask(SYS_fork)); }
pid_t getpid() noexcept { return static_cast<pid_t>(ask(SYS_getpid)); }
pid_t getppid() noexcept { return static_cast<pid_t>(ask(SYS_getppid)); }
pid_t getsid(pid_t pid) noexcept { return static_cast<pid_t>(ask(SYS_getsid, pid)); }
int kill(pid_t pid, int signal) noexcept { return static_cast<int>(ask(SYS_kill, pid, signal)); }

pid_t waitpid(pid_t pid, int *status, int options) {
    return static_cast<pid_t>(ask(SYS_wait4, pid, status, options, 0));
}

int dup2(int fd, int other) noexcept { return static_cast<int>(ask(SYS_dup2, fd, other)); }
int memfd_create(const char *name, unsigned flags) noexcept {
    return static_cast<int>(ask(SYS_memfd_create, name, flags));
}

void _exit(int status) {
    for (;;)
        (void)ask(SYS_exit_group, status);
}

int prctl(int option, ...) noexcept {
    std::va_list rest;
    va_start(rest, option);
    const unsigned long argument = va_arg(rest, unsigned long);
    va_end(rest);
    return static_cast<int>(ask(SYS_prctl, option, argument, 0, 0, 0));
}

int setrlimit(__rlimit_resource_t resource, const rlimit *limit) noexcept {
    return static_cast<int>(ask(SYS_setrlimit, static_cast<int>(resource), limit));
}

int sigemptyset(sigset_t *set) noexcept {
    set->__val[0] = 0;
    return 0;
}

int sigaddset(sigset_t *set, int signal) noexcept {
    set->__val[0] |= 1UL << (signal - 1);
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old) noexcept {
    return static_cast<int>(ask(SYS_rt_sigprocmask, how, set, old, signal_set_bytes));
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info) {
    return static_cast<int>(ask(SYS_rt_sigtimedwait, set, info, 0, signal_set_bytes));
}

/// For SIG_DFL and SIG_IGN, which no handler comes back from.
int sigaction(int signal, const struct sigaction *action, struct sigaction *old) noexcept {
    KernelAction before{};
    const KernelAction now{action == nullptr ? SIG_DFL : action->sa_handler, 0, nullptr, 0};
    const long done =
        ask(SYS_rt_sigaction, signal, action == nullptr ? nullptr : &now, &before, signal_set_bytes);
    if (done == 0 && old != nullptr) {
        old->sa_handler = before.handler;
        old->sa_flags = static_cast<int>(before.flags);
    }
    return static_cast<int>(done);
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
} // extern "C"
