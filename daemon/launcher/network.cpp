#include "daemon/launcher/network.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/supervisor.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/plan/user_network.hpp"

#include <arpa/inet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

using plan::Rung;

constexpr const char *device = "/dev/net/tun"; // Documentation/networking/tuntap.rst
constexpr const char *interface = "net0";
/// frank-net's uid: one of the session's own range that owns nothing, its nobody.
constexpr std::uint32_t nobody = 65534;

/// This thread, in another network namespace for a while. Without a way back nothing may go on.
class Visit {
  public:
    explicit Visit(int session_pidfd)
        : home_(sys::must(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "open /proc/self/ns/net")) {
        if (::setns(session_pidfd, CLONE_NEWNET) != 0)
            fail(Rung::network, "(the session's namespace)");
    }
    Visit(const Visit &) = delete;
    Visit &operator=(const Visit &) = delete;
    ~Visit() {
        if (::setns(home_.get(), CLONE_NEWNET) != 0)
            ::_exit(1);
    }

  private:
    sys::Fd home_;
};

void set_address(sockaddr &address, std::uint32_t value) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(value);
    std::memcpy(&address, &in, sizeof in);
}

void ask(int socket, unsigned long what, void *argument, const char *name) {
    if (::ioctl(socket, what, argument) != 0)
        fail(Rung::network, name);
}

/// Who opens the device decides in which network namespace the interface is (tun_chr_open).
sys::Fd make_interface() {
    sys::Fd tap(::open(device, O_RDWR | O_CLOEXEC | O_NONBLOCK));
    if (!tap)
        fail(Rung::network, device);
    ifreq request{};
    std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    ask(tap.get(), TUNSETIFF, &request, "(its interface)");
    return tap;
}

void configure_interface() {
    const sys::Fd socket(sys::must(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make a socket"));
    ifreq request{};
    std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
    set_address(request.ifr_addr, plan::user_network_session);
    ask(socket.get(), SIOCSIFADDR, &request, "(its address)");
    set_address(request.ifr_netmask, plan::user_network_mask);
    ask(socket.get(), SIOCSIFNETMASK, &request, "(its address)");
    request.ifr_mtu = plan::user_network_mtu;
    ask(socket.get(), SIOCSIFMTU, &request, "(its packet size)");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    ask(socket.get(), SIOCSIFFLAGS, &request, "(its interface)");
    rtentry route{};
    set_address(route.rt_dst, 0);
    set_address(route.rt_genmask, 0);
    set_address(route.rt_gateway, plan::user_network_gateway);
    route.rt_flags = RTF_UP | RTF_GATEWAY;
    ask(socket.get(), SIOCADDRT, &route, "(its route)");
}

sys::Fd make_tap(int session_pidfd) {
    const Visit visit(session_pidfd);
    sys::Fd tap = make_interface();
    configure_interface();
    return tap;
}

/// In the child. Its descriptors are copied high first, so that none overwrites another.
[[noreturn]] void become_frank_net(int program, int tap, int lifeline, int error, std::uint32_t id) noexcept {
    constexpr int high = 1000;
    const int programs = ::fcntl(program, F_DUPFD_CLOEXEC, high);
    const int taps = ::fcntl(tap, F_DUPFD_CLOEXEC, high);
    const int lifelines = ::fcntl(lifeline, F_DUPFD_CLOEXEC, high);
    const int errors = ::fcntl(error, F_DUPFD_CLOEXEC, high);
    if (programs >= 0 && taps >= 0 && lifelines >= 0 && errors >= 0 &&
        ::dup2(taps, plan::user_network_tap_fd) >= 0 &&
        ::dup2(lifelines, plan::user_network_lifeline_fd) >= 0 && try_drop_privilege(id) &&
        ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && // a change of ids would have cleared it
        ::syscall(SYS_close_range, 5U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) {
        std::array<char, 16> argv0{"frank-net"};
        std::array<char *, 2> argv{argv0.data(), nullptr};
        std::array<char *, 1> envp{nullptr};
        (void)::execveat(programs, "", argv.data(), envp.data(), AT_EMPTY_PATH);
    }
    const int why = errno;
    (void)!::write(errors, &why, sizeof why);
    ::_exit(1);
}

std::pair<sys::Fd, sys::Fd> make_pipe() {
    int ends[2] = {-1, -1};
    sys::must(::pipe2(ends, O_CLOEXEC), "make a pipe");
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

void run_frank_net(Started &started, const sys::Fd &tap, std::uint32_t id, const std::string &libexec) {
    const std::string path = libexec + "/frank-net";
    const sys::Fd program(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!program)
        fail(Rung::network, path);
    auto [lifeline, our_lifeline] = make_pipe();
    auto [error, child_error] = make_pipe();
    const pid_t child = ::fork();
    if (child < 0)
        fail(Rung::network, "frank-net");
    if (child == 0)
        become_frank_net(program.get(), tap.get(), lifeline.get(), child_error.get(), id);
    child_error.reset();
    int why = 0;
    if (::read(error.get(), &why, sizeof why) == sizeof why) {
        (void)::waitpid(child, nullptr, 0);
        fail(Rung::network, path, why);
    }
    started.network =
        sys::Fd(sys::must(static_cast<int>(::syscall(SYS_pidfd_open, child, 0U)), "watch frank-net"));
    started.network_lifeline = std::move(our_lifeline);
}

} // namespace

void give_network(Started &started, const plan::LaunchRequest &request, const std::string &libexec) {
    try {
        const sys::Fd tap = make_tap(started.init_pidfd.get());
        run_frank_net(started, tap, request.id_base + nobody, libexec);
    } catch (...) {
        (void)pidfd_kill(started.init_pidfd.get(), SIGKILL);
        (void)::waitid(P_PIDFD, static_cast<id_t>(started.init_pidfd.get()), nullptr, WEXITED);
        throw;
    }
}

void end_network(Started &started) noexcept {
    started.network_lifeline.reset();
    if (started.network)
        (void)::waitid(P_PIDFD, static_cast<id_t>(started.network.get()), nullptr, WEXITED);
}

} // namespace frank::launcher
