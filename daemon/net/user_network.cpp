#include "daemon/net/user_network.hpp"

#include "daemon/plan/user_network.hpp"

#include <arpa/inet.h>
#include <cstdio>

namespace frank::net {

namespace {

constexpr int frames_at_once = 64; ///< before the sockets have their turn
constexpr std::size_t ethernet_header = 18;

UserNetwork &self(void *opaque) { return *static_cast<UserNetwork *>(opaque); }

short poll_events(int slirp) {
    int events = 0;
    events |= (slirp & SLIRP_POLL_IN) != 0 ? POLLIN : 0;
    events |= (slirp & SLIRP_POLL_OUT) != 0 ? POLLOUT : 0;
    events |= (slirp & SLIRP_POLL_PRI) != 0 ? POLLPRI : 0;
    return static_cast<short>(events);
}

int slirp_events(short poll) {
    int events = 0;
    events |= (poll & POLLIN) != 0 ? SLIRP_POLL_IN : 0;
    events |= (poll & POLLOUT) != 0 ? SLIRP_POLL_OUT : 0;
    events |= (poll & POLLPRI) != 0 ? SLIRP_POLL_PRI : 0;
    events |= (poll & POLLERR) != 0 ? SLIRP_POLL_ERR : 0;
    events |= (poll & POLLHUP) != 0 ? SLIRP_POLL_HUP : 0;
    return events;
}

/// This machine's loopback stays out of reach, as does whatever libslirp can do beyond TCP, UDP and names.
SlirpConfig config() {
    SlirpConfig config{};
    config.version = 4; // the first with disable_dhcp: Debian 12's libslirp 4.7 has it
    config.in_enabled = true;
    config.vnetwork.s_addr = htonl(plan::user_network_address);
    config.vnetmask.s_addr = htonl(plan::user_network_mask);
    config.vhost.s_addr = htonl(plan::user_network_gateway);
    config.vnameserver.s_addr = htonl(plan::user_network_nameserver);
    config.if_mtu = plan::user_network_mtu;
    config.if_mru = plan::user_network_mtu;
    config.disable_host_loopback = true;
    config.disable_dhcp = true;
    return config;
}

} // namespace

/// C's side: nothing may throw through it.
struct UserNetwork::Callbacks {
    static ssize_t send_packet(const void *frame, std::size_t size, void *opaque) {
        self(opaque).send_frame(frame, size);
        return static_cast<ssize_t>(size);
    }
    static void guest_error(const char *, void *) {} // the session's own affair
    static std::int64_t clock(void *) { return now_ns(); }
    static void *timer_new(SlirpTimerCb call, void *call_opaque, void *opaque) noexcept {
        return self(opaque).timers_.add(call, call_opaque);
    }
    static void timer_free(void *timer, void *opaque) noexcept {
        self(opaque).timers_.remove(static_cast<Timers::Timer *>(timer));
    }
    static void timer_mod(void *timer, std::int64_t due_ms, void *) noexcept {
        static_cast<Timers::Timer *>(timer)->due_ms = due_ms;
    }
    static void ignore_fd(int, void *) {} // poll(2) is told anew each time
    static void notify(void *) {}         // one thread: it comes round anyway
    static int add_poll(int fd, int events, void *opaque) noexcept {
        auto &watched = self(opaque).watched_;
        watched.push_back({fd, poll_events(events), 0});
        return static_cast<int>(watched.size()) - 1;
    }
    static int revents(int index, void *opaque) noexcept {
        return slirp_events(self(opaque).watched_[static_cast<std::size_t>(index)].revents);
    }
    static const SlirpCb table;
};

const SlirpCb UserNetwork::Callbacks::table{.send_packet = send_packet,
                                            .guest_error = guest_error,
                                            .clock_get_ns = clock,
                                            .timer_new = timer_new,
                                            .timer_free = timer_free,
                                            .timer_mod = timer_mod,
                                            .register_poll_fd = ignore_fd,
                                            .unregister_poll_fd = ignore_fd,
                                            .notify = notify,
                                            .init_completed = nullptr,
                                            .timer_new_opaque = nullptr};

UserNetwork::UserNetwork(sys::Fd tap)
    : tap_(std::move(tap)), frame_(plan::user_network_mtu + ethernet_header) {
    const SlirpConfig settings = config();
    slirp_.reset(slirp_new(&settings, &Callbacks::table, this));
    if (!slirp_)
        throw std::system_error(EINVAL, std::generic_category(), "start libslirp");
}

void UserNetwork::run(int lifeline) {
    for (;;) {
        watched_ = {{lifeline, POLLIN, 0}, {tap_.get(), POLLIN, 0}};
        std::uint32_t timeout = UINT32_MAX;
        slirp_pollfds_fill(slirp_.get(), &timeout, Callbacks::add_poll, this);
        const int limit = timeout > INT32_MAX ? -1 : static_cast<int>(timeout);
        const int ready = ::poll(watched_.data(), watched_.size(), timers_.until_next(limit));
        if (ready < 0 && errno != EINTR)
            sys::breakage("wait for the network");
        if (ready > 0 && watched_[0].revents != 0)
            return;
        timers_.fire();
        slirp_pollfds_poll(slirp_.get(), ready < 0 ? 1 : 0, Callbacks::revents, this);
        if (ready > 0 && watched_[1].revents != 0 && !take_frames())
            return;
    }
}

/// False when the interface is gone: its network namespace has ended.
bool UserNetwork::take_frames() {
    for (int i = 0; i < frames_at_once; ++i) {
        const ssize_t got = ::read(tap_.get(), frame_.data(), frame_.size());
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        slirp_input(slirp_.get(), frame_.data(), static_cast<int>(got));
    }
    return true;
}

/// A frame that finds no room is lost, as on a wire: TCP sends it again.
void UserNetwork::send_frame(const void *frame, std::size_t size) const {
    (void)!::write(tap_.get(), frame, size);
}

} // namespace frank::net
