#include "daemon/net/timers.hpp"

#include <algorithm>
#include <ctime>

namespace frank::net {

namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t ns_per_ms = 1'000'000;

} // namespace

std::int64_t now_ns() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail with this clock
    return now.tv_sec * ns_per_s + now.tv_nsec;
}

Timers::Timer *Timers::add(SlirpTimerCb call, void *opaque) {
    return &timers_.emplace_back(Timer{call, opaque, -1});
}

void Timers::remove(const Timer *timer) {
    timers_.remove_if([timer](const Timer &candidate) { return &candidate == timer; });
}

int Timers::until_next(int limit) const {
    const std::int64_t now = now_ns() / ns_per_ms;
    std::int64_t wait = limit;
    for (const Timer &timer : timers_)
        if (timer.due_ms >= 0) {
            const std::int64_t left = std::max<std::int64_t>(timer.due_ms - now, 0);
            wait = wait < 0 ? left : std::min(wait, left);
        }
    return static_cast<int>(std::min<std::int64_t>(wait, 60'000));
}

void Timers::fire() {
    const std::int64_t now = now_ns() / ns_per_ms;
    for (Timer &timer : timers_)
        if (timer.due_ms >= 0 && timer.due_ms <= now) {
            timer.due_ms = -1; // its callback sets it again
            timer.call(timer.opaque);
        }
}

} // namespace frank::net
