// libslirp's timers. It has a few at most.
#pragma once

#include <cstdint>
#include <list>
#include <slirp/libslirp.h>

namespace frank::net {

/// Monotonic; nanoseconds.
std::int64_t now_ns();

class Timers {
  public:
    /// An entry of libslirp's own making, named to it by its address, which stays.
    struct Timer {
        SlirpTimerCb call;
        void *opaque;
        std::int64_t due_ms; ///< -1: not set
    };

    Timer *add(SlirpTimerCb call, void *opaque);
    void remove(const Timer *timer);
    /// Milliseconds until the next is due, at most `limit`; -1 for never.
    int until_next(int limit) const;
    void fire();

  private:
    std::list<Timer> timers_;
};

} // namespace frank::net
