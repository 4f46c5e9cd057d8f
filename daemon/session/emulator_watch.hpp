// Hears when a file called qemu-* comes or goes at the places where emulators lie. By inotify: a package
// upgrade is seen at once and nothing is polled.
#pragma once

#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/fd.hpp"

#include <functional>

namespace frank::session {

class EmulatorWatch {
  public:
    /// `changed` is called a moment after the last of several changes. Where the kernel gives no watch,
    /// never.
    EmulatorWatch(sys::EventLoop &loop, std::function<void()> changed);

  private:
    void read_events();

    sys::EventLoop &loop_;
    std::function<void()> changed_;
    sys::Fd events_;
    sys::EventSource source_, calm_;
};

} // namespace frank::session
