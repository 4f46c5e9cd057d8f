// The one poll loop of frankctl: the bus, signals, and descriptors that bytes are copied between. No threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <poll.h>
#include <vector>

namespace sdbus {
class IConnection;
}

namespace frank::client {

class EventLoop {
  public:
    /// The connection outlives the loop.
    explicit EventLoop(sdbus::IConnection &connection);
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    /// What `wanted` returns is asked anew each turn: poll events, or 0 to leave `fd` alone. `ready` gets
    /// what happened. Watches stay for the loop's life.
    void watch(int fd, std::function<short()> wanted, std::function<void(short)> ready);
    /// Calls `what` about this often, besides.
    void each(std::chrono::milliseconds period, std::function<void()> what);
    /// Waits for something to happen and handles it; handlers may throw.
    void turn();
    /// The same, and returns after `limit` at the latest.
    void turn(std::chrono::milliseconds limit);

  private:
    struct Watch {
        int fd;
        std::function<short()> wanted;
        std::function<void(short)> ready;
    };

    int timeout(int bus_timeout, std::chrono::milliseconds limit) const;
    void dispatch(const std::vector<pollfd> &polled);

    sdbus::IConnection &connection_;
    std::vector<std::unique_ptr<Watch>> watches_;
    std::function<void()> periodic_;
    std::chrono::milliseconds period_{-1};
    std::chrono::steady_clock::time_point due_;
};

} // namespace frank::client
