#include "daemon/launcher/supervisor.hpp"

#include "daemon/launcher/network.hpp"
#include "daemon/launcher/syscalls.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <vector>

namespace frank::launcher {

namespace {

constexpr std::size_t max_peers = 8;

/// False when the peer has gone.
bool serve_peer(int peer, int session, const ResourceFiles &resources) {
    std::array<char, sizeof(plan::ResourceOrder)> bytes{};
    const ssize_t got = ::recv(peer, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (got == 1 && bytes[0] == plan::supervisor_kill)
        (void)pidfd_kill(session, SIGKILL); // ESRCH: it has just gone by itself
    if (got == sizeof(plan::ResourceOrder)) {
        plan::ResourceOrder order;
        std::memcpy(&order, bytes.data(), sizeof order);
        const plan::ResourceReport report =
            plan::check(order.limits) ? answer(resources, order) : plan::ResourceReport{EINVAL};
        (void)::send(peer, &report, sizeof report,
                     MSG_DONTWAIT | MSG_NOSIGNAL); // who does not listen goes without
    }
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

} // namespace

bool try_drop_privilege(std::uint32_t id) noexcept {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability) != 0)
            return false;
    // The change from uid 0 clears the permitted and effective sets (capabilities(7)).
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::setgroups(0, nullptr) != 0 ||
        ::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0 ||
        ::chdir("/") != 0)
        return false;
    if (::setresuid(0, 0, 0) != 0)
        return true;
    errno = EPERM;
    return false;
}

void drop_privilege(std::uint32_t id) {
    if (!try_drop_privilege(id))
        sys::breakage("give up root for good");
}

void supervise(Started started, const ResourceFiles &resources, sys::Fd listener, sys::Fd workshop) {
    const int session = started.init_pidfd.get();
    std::vector<sys::Fd> peers;
    if (workshop)
        peers.push_back(std::move(workshop));
    const bool is_workshop = !peers.empty();
    for (;;) {
        std::vector<pollfd> watched{{session, POLLIN, 0}, {listener.get(), POLLIN, 0}};
        if (peers.size() >= max_peers)
            watched[1].events = 0;
        for (const sys::Fd &peer : peers)
            watched.push_back({peer.get(), POLLIN, 0});
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR)
            sys::breakage("wait for the session");
        if (watched[0].revents != 0)
            break;
        if (watched[1].revents != 0) {
            sys::Fd peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
            if (peer)
                peers.push_back(std::move(peer));
        }
        for (std::size_t i = watched.size() - 2; i-- > 0;)
            if (watched[i + 2].revents != 0 && !serve_peer(peers[i].get(), session, resources)) {
                if (is_workshop && i == 0)
                    (void)pidfd_kill(session, SIGKILL);
                else
                    peers.erase(peers.begin() + static_cast<std::ptrdiff_t>(i));
            }
        if (is_workshop && watched.size() > 2 && (watched[2].revents & (POLLHUP | POLLERR)) != 0) {
            (void)pidfd_kill(session, SIGKILL);
            (void)::poll(watched.data(), 1, -1);
            break;
        }
    }
    // Only now is all of it gone: the kernel ends a pid namespace before its first process can be reaped.
    (void)::waitid(P_PIDFD, static_cast<id_t>(session), nullptr, WEXITED);
    end_network(started);
}

} // namespace frank::launcher
