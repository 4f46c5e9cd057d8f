#include "client/event_loop.hpp"

#include "client/failure.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <algorithm>
#include <cerrno>

namespace frank::client {

using namespace std::chrono_literals;

EventLoop::EventLoop(sdbus::IConnection &connection) : connection_(connection) {}

void EventLoop::watch(int fd, std::function<short()> wanted, std::function<void(short)> ready) {
    watches_.push_back(std::make_unique<Watch>(Watch{fd, std::move(wanted), std::move(ready)}));
}

void EventLoop::each(std::chrono::milliseconds period, std::function<void()> what) {
    period_ = period;
    periodic_ = std::move(what);
    due_ = std::chrono::steady_clock::now() + period;
}

int EventLoop::timeout(int bus_timeout, std::chrono::milliseconds limit) const {
    using std::chrono::ceil;
    using std::chrono::milliseconds;
    int earliest = bus_timeout;
    const auto bound = [&earliest](milliseconds wait) {
        const int count = static_cast<int>(std::max(wait, 0ms).count());
        earliest = earliest < 0 ? count : std::min(earliest, count);
    };
    if (limit >= 0ms)
        bound(limit);
    if (periodic_)
        bound(ceil<milliseconds>(due_ - std::chrono::steady_clock::now()));
    return earliest;
}

void EventLoop::dispatch(const std::vector<pollfd> &polled) {
    for (std::size_t i = 0; i + 1 < polled.size(); ++i)
        // An earlier handler of this turn may have ended what this one watches.
        if (polled[i].revents != 0 && watches_[i]->wanted() != 0)
            watches_[i]->ready(polled[i].revents);
    if (periodic_ && std::chrono::steady_clock::now() >= due_) {
        due_ = std::chrono::steady_clock::now() + period_;
        periodic_();
    }
}

void EventLoop::turn() { turn(-1ms); }

void EventLoop::turn(std::chrono::milliseconds limit) {
    // What the library has read already does not show in poll: a turn that handles such news does not wait.
    if (contract::process_pending(connection_)) {
        while (contract::process_pending(connection_)) {
        }
        limit = 0ms;
    }
    std::vector<pollfd> polled;
    for (const auto &watch : watches_) {
        const short events = watch->wanted();
        polled.push_back({events == 0 ? -1 : watch->fd, events, 0});
    }
    const auto bus = connection_.getEventLoopPollData();
    polled.push_back({bus.fd, bus.events, 0});
    if (::poll(polled.data(), polled.size(), timeout(bus.getPollTimeout(), limit)) < 0) {
        if (errno != EINTR)
            throw system_failure("poll");
        return;
    }
    dispatch(polled);
}

} // namespace frank::client
