#include "daemon/launcher/session_child.hpp"

#include "daemon/launcher/report.hpp"
#include "daemon/launcher/session_views.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/plan/init_wire.hpp"

#include <csignal>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace frank::launcher {

namespace {

using plan::Rung;

// linux/landlock.h of Debian 12 is older than the kernel's scopes (ABI 6, Linux 6.12): its ruleset as it is
// since then.
struct LandlockRuleset {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};
constexpr std::uint64_t scope_abstract_unix_socket = 1U << 0;
constexpr std::uint64_t scope_signal = 1U << 1;

/// With the machine's network comes its abstract sockets' name space; this fences them off. False only where
/// the kernel has scopes and refuses them: on older kernels frankend chooses no network instead, unless its
/// administrator insists.
bool fence_abstract_sockets() noexcept {
    LandlockRuleset ruleset;
    ruleset.scoped = scope_abstract_unix_socket | scope_signal;
    const sys::Fd fd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &ruleset, sizeof ruleset, 0)));
    if (!fd)
        return errno == ENOSYS || errno == EOPNOTSUPP || errno == E2BIG;
    return ::syscall(SYS_landlock_restrict_self, fd.get(), 0) == 0;
}

bool raise_loopback() noexcept {
    const sys::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    return socket && ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

bool load_filter(const Blueprint &blueprint) noexcept {
    sock_fprog program{};
    program.len = static_cast<unsigned short>(blueprint.seccomp_filter.size() / sizeof(sock_filter));
    program.filter =
        reinterpret_cast<sock_filter *>(const_cast<std::byte *>(blueprint.seccomp_filter.data()));
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

void default_signals() noexcept {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        (void)::sigaction(number, &action, nullptr); // KILL and STOP refuse, as they must
    sigset_t none;
    (void)::sigemptyset(&none);
    (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// 0, 1, 2: /dev/null; 3 and 4 as init_wire.hpp has them. They are copied high first, so that none overwrites
/// another.
bool arrange_descriptors(const Blueprint &blueprint, int lifeline, int &init, int &report) noexcept {
    constexpr int high = 1000;
    const int control = ::fcntl(blueprint.control.get(), F_DUPFD_CLOEXEC, high);
    const int line = ::fcntl(lifeline, F_DUPFD_CLOEXEC, high);
    init = ::fcntl(blueprint.init.get(), F_DUPFD_CLOEXEC, high);
    report = ::fcntl(report, F_DUPFD_CLOEXEC, high);
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (control < 0 || line < 0 || init < 0 || report < 0 || null < 0)
        return false;
    for (int number = 0; number < 3; ++number)
        if (::dup2(null, number) < 0)
            return false;
    if (::dup2(control, plan::init_control_fd) < 0 || ::dup2(line, plan::init_lifeline_fd) < 0)
        return false;
    // All that the launcher ever had open goes with exec, whatever was forgotten.
    return ::syscall(SYS_close_range, 5U, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

} // namespace

void run_session(const Blueprint &blueprint, SessionChannels channels) noexcept {
    const bool own_network = plan::is_own(blueprint.request.network);
    char byte = 0;
    // Until the builder lets us go we have no ids and the wrong root.
    if (::read(channels.gate, &byte, 1) != 1)
        ::_exit(1);
    if (::setresgid(0, 0, 0) != 0 || ::setgroups(0, nullptr) != 0 || ::setresuid(0, 0, 0) != 0)
        report_and_exit(channels.report, failure(Rung::id_map, errno));
    // Our own copy of the mounts, in a mount namespace that our user namespace owns: now they are locked.
    if (::unshare(CLONE_NEWNS) != 0 || ::chdir("/") != 0)
        report_and_exit(channels.report, failure(Rung::session, errno, "(its own mounts)"));
    mask_proc(blueprint);
    if (Failure why; !show_board(blueprint, why))
        report_and_exit(channels.report, why);
    const char *name = blueprint.request.hostname.data();
    if (::sethostname(name, std::strlen(name)) != 0 || ::setsid() < 0)
        report_and_exit(channels.report, failure(Rung::session, errno, "(its name)"));
    if (own_network ? !raise_loopback() : !fence_abstract_sockets())
        report_and_exit(channels.report, failure(Rung::session, errno, "(its network)"));
    if (plan::is_native_32_bit(blueprint.request) && ::personality(PER_LINUX32) < 0)
        report_and_exit(channels.report, failure(Rung::session, errno, "(its personality)"));
    (void)::umask(022);
    default_signals();
    int init = -1;
    int report = channels.report;
    if (!arrange_descriptors(blueprint, channels.lifeline, init, report))
        report_and_exit(channels.report, failure(Rung::session, errno, "(its descriptors)"));
    if (!load_filter(blueprint))
        report_and_exit(report, failure(Rung::session, errno, "(its system call filter)"));
    std::array<char, 16> argv0{"frank-init"};
    std::array<char *, 2> argv{argv0.data(), nullptr};
    std::array<char *, 1> envp{nullptr};
    (void)::execveat(init, "", argv.data(), envp.data(), AT_EMPTY_PATH);
    report_and_exit(report, failure(Rung::exec_init, errno));
}

} // namespace frank::launcher
