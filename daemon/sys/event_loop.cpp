#include "daemon/sys/event_loop.hpp"

#include <csignal>
#include <stdexcept>
#include <system_error>
#include <systemd/sd-event.h>
#include <utility>

namespace frank::sys {

namespace {

using Callback = std::function<void(std::uint32_t)>;

/// What sd-event's userdata points at. A callback may destroy its own EventSource, so whoever enters it holds
/// a reference for as long as it runs.
struct Handler : std::enable_shared_from_this<Handler> {
    // NOLINTBEGIN(bugprone-throw-keyword-missing): the handler's type only has `exception` in its name
    Handler(std::shared_ptr<EventLoop::ErrorHandler> error_handler, Callback run)
        : on_error(std::move(error_handler)), callback(std::move(run)) {}
    // NOLINTEND(bugprone-throw-keyword-missing)

    std::shared_ptr<EventLoop::ErrorHandler> on_error;
    Callback callback;
};

int check(int result, const char *what) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
    return result;
}

void report(const EventLoop::ErrorHandler &on_error, const std::exception &error) noexcept {
    try {
        if (on_error)
            on_error(error);
    } catch (...) { // NOLINT(bugprone-empty-catch): the last resort, there is nobody left to tell
    }
}

/// The edge between C and C++: nothing may be thrown past here.
int enter(void *userdata, std::uint32_t events) noexcept {
    const auto handler = static_cast<Handler *>(userdata)->shared_from_this();
    try {
        handler->callback(events);
    } catch (const std::exception &error) {
        report(*handler->on_error, error);
    } catch (...) {
        report(*handler->on_error,
               std::runtime_error("a callback threw something that is no std::exception"));
    }
    return 0;
}

int enter_io(sd_event_source *, int, std::uint32_t events, void *userdata) { return enter(userdata, events); }
int enter_time(sd_event_source *, std::uint64_t, void *userdata) { return enter(userdata, 0); }
int enter_signal(sd_event_source *, const signalfd_siginfo *, void *userdata) { return enter(userdata, 0); }
int enter_plain(sd_event_source *, void *userdata) { return enter(userdata, 0); }
int ignore_time(sd_event_source *, std::uint64_t, void *) { return 0; }

std::shared_ptr<Handler> make_handler(const std::shared_ptr<EventLoop::ErrorHandler> &on_error,
                                      std::function<void()> callback) {
    return std::make_shared<Handler>(on_error, [run = std::move(callback)](std::uint32_t) { run(); });
}

} // namespace

EventSource::EventSource(EventSource &&other) noexcept
    : source_(std::exchange(other.source_, nullptr)), keep_(std::move(other.keep_)) {}

EventSource &EventSource::operator=(EventSource &&other) noexcept {
    if (this != &other) {
        // What we held goes last: its callback may own the object that is being assigned to.
        const EventSource old(std::exchange(source_, std::exchange(other.source_, nullptr)),
                              std::exchange(keep_, std::move(other.keep_)));
    }
    return *this;
}

EventSource::~EventSource() { reset(); }

void EventSource::reset() {
    // Disabled as well as released: sd-event itself may hold a reference while it dispatches.
    sd_event_source_disable_unref(std::exchange(source_, nullptr));
    const std::shared_ptr<void> last = std::exchange(keep_, nullptr);
}

void EventSource::set_events(std::uint32_t events) {
    if (source_ != nullptr)
        check(sd_event_source_set_io_events(source_, events), "change watched events");
}

EventLoop::EventLoop(ErrorHandler on_error) : on_error_(std::make_shared<ErrorHandler>(std::move(on_error))) {
    check(sd_event_new(&event_), "make event loop");
}

EventLoop::~EventLoop() { sd_event_unref(event_); }

EventSource EventLoop::on_io(int fd, std::uint32_t events, std::function<void(std::uint32_t)> callback) {
    auto handler = std::make_shared<Handler>(on_error_, std::move(callback));
    sd_event_source *source = nullptr;
    check(sd_event_add_io(event_, &source, fd, events, enter_io, handler.get()), "watch descriptor");
    return EventSource(source, std::move(handler));
}

EventSource EventLoop::after(std::chrono::microseconds delay, std::function<void()> callback) {
    constexpr std::uint64_t accuracy = 1000; // microseconds; sd-event's own default is a quarter of a second
    auto handler = make_handler(on_error_, std::move(callback));
    const auto wait = static_cast<std::uint64_t>(delay.count() > 0 ? delay.count() : 0);
    sd_event_source *source = nullptr;
    check(sd_event_add_time_relative(event_, &source, CLOCK_MONOTONIC, wait, accuracy, enter_time,
                                     handler.get()),
          "set timer");
    return EventSource(source, std::move(handler));
}

EventSource EventLoop::soon(std::function<void()> callback) {
    auto handler = make_handler(on_error_, std::move(callback));
    sd_event_source *source = nullptr;
    check(sd_event_add_defer(event_, &source, enter_plain, handler.get()), "defer call");
    return EventSource(source, std::move(handler));
}

EventSource EventLoop::before_wait(std::function<void()> callback) {
    auto handler = make_handler(on_error_, std::move(callback));
    // Prepare callbacks hang on a source that is enabled: a timer that never elapses costs no wake-up.
    sd_event_source *source = nullptr;
    check(sd_event_add_time(event_, &source, CLOCK_MONOTONIC, UINT64_MAX, 0, ignore_time, handler.get()),
          "make prepare source");
    EventSource result(source, std::move(handler));
    check(sd_event_source_set_enabled(source, SD_EVENT_ON), "enable prepare source");
    check(sd_event_source_set_prepare(source, enter_plain), "set prepare callback");
    return result;
}

EventSource EventLoop::on_signal(int number, std::function<void()> callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    check(-pthread_sigmask(SIG_BLOCK, &set, nullptr), "block signal");
    auto handler = make_handler(on_error_, std::move(callback));
    sd_event_source *source = nullptr;
    check(sd_event_add_signal(event_, &source, number, enter_signal, handler.get()), "watch signal");
    return EventSource(source, std::move(handler));
}

int EventLoop::run() { return check(sd_event_loop(event_), "run event loop"); }

void EventLoop::quit(int code) { check(sd_event_exit(event_, code), "leave event loop"); }

void EventLoop::watch_dog() { check(sd_event_set_watchdog(event_, 1), "start watchdog"); }

} // namespace frank::sys
