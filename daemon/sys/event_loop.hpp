// One thread, one loop: RAII over sd_event. Callbacks are entered from C, so what they throw is caught here,
// handed to the loop's error handler and goes no further.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>

struct sd_event;
struct sd_event_source;

namespace frank::sys {

/// Stops watching when it is destroyed. May be destroyed from inside its own callback.
class EventSource {
  public:
    EventSource() = default;
    explicit EventSource(sd_event_source *source, std::shared_ptr<void> keep)
        : source_(source), keep_(std::move(keep)) {}
    EventSource(EventSource &&other) noexcept;
    EventSource &operator=(EventSource &&other) noexcept;
    EventSource(const EventSource &) = delete;
    EventSource &operator=(const EventSource &) = delete;
    ~EventSource();

    explicit operator bool() const { return source_ != nullptr; }
    void reset();
    /// For a source of on_readable(): what epoll events to watch (EPOLLIN, EPOLLOUT).
    void set_events(std::uint32_t events);

  private:
    sd_event_source *source_ = nullptr;
    std::shared_ptr<void> keep_; ///< the callback
};

class EventLoop {
  public:
    using ErrorHandler = std::function<void(const std::exception &)>;

    /// `on_error` is told what a callback threw; the loop goes on.
    explicit EventLoop(ErrorHandler on_error);
    ~EventLoop();
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;

    /// `callback` gets the epoll events. The descriptor stays the caller's and must outlive the source.
    [[nodiscard]] EventSource on_io(int fd, std::uint32_t events,
                                    std::function<void(std::uint32_t)> callback);
    /// Once, by CLOCK_MONOTONIC.
    [[nodiscard]] EventSource after(std::chrono::microseconds delay, std::function<void()> callback);
    /// Once, before the loop next waits.
    [[nodiscard]] EventSource soon(std::function<void()> callback);
    /// Every time before the loop waits.
    [[nodiscard]] EventSource before_wait(std::function<void()> callback);
    /// The signal is blocked by this call and arrives here.
    [[nodiscard]] EventSource on_signal(int number, std::function<void()> callback);

    /// Until quit(); gives quit()'s code.
    int run();
    void quit(int code);
    /// Pings systemd's watchdog where the unit asks for it.
    void watch_dog();
    sd_event *raw() const { return event_; }

  private:
    sd_event *event_ = nullptr;
    std::shared_ptr<ErrorHandler> on_error_;
};

} // namespace frank::sys
