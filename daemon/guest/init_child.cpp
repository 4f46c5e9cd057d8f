#include "daemon/guest/init_child.hpp"

#include "daemon/guest/init_account.hpp"
#include "daemon/guest/init_command.hpp"
#include "daemon/guest/init_descriptors.hpp"
#include "daemon/guest/init_table.hpp"
#include "daemon/guest/init_watcher.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace frank::guest {

namespace {

constexpr gid_t tty_group = 5; // Debian base-passwd; devpts' usual gid=5

[[noreturn]] void give_up(int report, plan::SpawnStage stage, int error) {
    const ChildFailure failure{stage, error};
    (void)!::write(report, &failure, sizeof failure);
    ::_exit(127);
}

/// Whatever numbers the request did not name: the terminal, the log, or /dev/null.
int place_descriptors(const ChildPlan &plan, Kept &report, Kept &slave) {
    Placement places[plan::init_max_fds + 3];
    std::size_t count = 0;
    bool named[3] = {};
    for (std::uint32_t i = 0; i < plan.request.head.fd_count; ++i) {
        const auto number = static_cast<int>(plan.request.head.fd_numbers[i]);
        places[count++] = {plan.fds[i].get(), number};
        if (number < 3)
            named[number] = true;
    }
    Fd null;
    for (int number = 0; number < 3; ++number) {
        if (named[number])
            continue;
        int from = plan.slave ? plan.slave.get() : -1;
        if (from < 0 && number > 0 && plan.output)
            from = plan.output.get();
        if (from < 0 && !null)
            null = Fd(::open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY));
        if (from < 0)
            from = null.get();
        if (from < 0)
            return errno;
        places[count++] = {from, number};
    }
    report = Kept{plan.report.get()};
    slave = Kept{plan.slave.get()};
    // `null` is closed by the arrangement: its destructor would close whatever has its number then.
    const int error = arrange(places, count, report, slave);
    (void)null.release();
    return error;
}

/// SIG_DFL for every signal, those that libc keeps for itself as well, and nothing blocked.
void reset_signals() {
    constexpr unsigned long default_action[4] =
        {}; // the kernel's struct sigaction: SIG_DFL, no flags, no mask
    constexpr unsigned long set_bytes = 8;
    for (int number = 1; number <= 64; ++number)
        (void)::syscall(SYS_rt_sigaction, number, default_action, nullptr, set_bytes);
    constexpr unsigned long none = 0;
    (void)::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, set_bytes);
}

int take_own_table(const ChildPlan &plan) {
    const Fd *next = plan.fds + plan.request.head.fd_count;
    const Fd none;
    const Fd &table = *next++;
    const Fd &emulator = has_flag(plan.request, plan::spawn_emulator) ? *next++ : none;
    const plan::Watch watch = has_flag(plan.request, plan::spawn_trace)   ? plan::Watch::trace
                              : has_flag(plan.request, plan::spawn_debug) ? plan::Watch::debug
                                                                          : plan::Watch::none;
    if (const int error = lay_own_table(table, emulator, watch); error != 0)
        return error;
    return watch == plan::Watch::none ? 0 : begin_watch(watch, *next);
}

int become_user(const Account &account) {
    // EINVAL: a group that the session's id map does not have. The primary one alone gives less, never more.
    if (::setgroups(account.group_count, account.groups) < 0 &&
        (errno != EINVAL || ::setgroups(1, &account.gid) < 0))
        return errno;
    if (::setresgid(account.gid, account.gid, account.gid) < 0 ||
        ::setresuid(account.uid, account.uid, account.uid) < 0)
        return errno;
    return 0;
}

int enter_directory(const char *wanted, const char *home) {
    if (*wanted != '\0') {
        if (::chdir(wanted) < 0)
            return errno;
    } else if (::chdir(home) < 0 && ::chdir("/") < 0) {
        return errno;
    }
    // The kernel puts "(unreachable)" before a directory outside our root (getcwd(2)): there we do not go.
    char where[PATH_MAX] = {};
    if (::syscall(SYS_getcwd, where, sizeof where) < 0)
        return errno == ERANGE ? 0 : errno;
    return where[0] == '/' ? 0 : ENOENT;
}

int hand_over_terminal(int slave, uid_t uid) {
    if (::fchown(slave, uid, tty_group) < 0 || ::fchmod(slave, 0620) < 0)
        return errno;
    return 0;
}

/// The soft limit, as far as the hard one allows: root inside could not raise that one either.
void set_soft_limit(__rlimit_resource resource, std::uint64_t wanted) {
    rlimit limit{};
    if (wanted == 0 || ::getrlimit(resource, &limit) < 0)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    (void)::setrlimit(resource, &limit);
}

} // namespace

void become_job(const ChildPlan &plan) {
    using plan::SpawnStage;
    if (::setsid() < 0)
        give_up(plan.report.get(), SpawnStage::fork, errno);
    if (has_flag(plan.request, plan::spawn_table)) // while we are the session's root
        if (const int error = take_own_table(plan); error != 0)
            give_up(plan.report.get(), SpawnStage::table, error);
    if (plan.slave && ::ioctl(plan.slave.get(), TIOCSCTTY, 0) < 0)
        give_up(plan.report.get(), SpawnStage::terminal, errno);
    // First of all: PID 1's own descriptors and other jobs' terminals are gone before anything can be waited
    // for.
    Kept report;
    Kept slave;
    if (const int error = place_descriptors(plan, report, slave); error != 0)
        give_up(report.fd, SpawnStage::descriptors, error);
    (void)::setrlimit(RLIMIT_NOFILE, &plan.files);
    set_soft_limit(RLIMIT_STACK, plan.request.limits.stack);
    set_soft_limit(RLIMIT_NOFILE, plan.request.limits.nofile);
    set_soft_limit(RLIMIT_NPROC, plan.request.limits.nproc);
    reset_signals();
    (void)::umask(022);

    Account account;
    if (!find_account(plan.request.user, account))
        give_up(report.fd, SpawnStage::user, errno);
    if (slave.fd >= 0)
        if (const int error = hand_over_terminal(slave.fd, account.uid); error != 0)
            give_up(report.fd, SpawnStage::terminal, error);
    Command command;
    if (!command.fill(plan.request, account))
        give_up(report.fd, SpawnStage::user, ENAMETOOLONG);
    if (const int error = become_user(account); error != 0)
        give_up(report.fd, SpawnStage::credentials, error);
    // With the user's own rights: a directory that they cannot enter is refused.
    if (const int error = enter_directory(plan.request.cwd, account.home); error != 0)
        give_up(report.fd, SpawnStage::directory, error);
    const SpawnStage stage = command.execute();
    give_up(report.fd, stage, errno);
}

} // namespace frank::guest
