// Runs one short program to see what it says and how it ends. Bounded in time and output; no shell.
#pragma once

#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/fd.hpp"

#include <functional>
#include <string>
#include <vector>

namespace frank::session {

/// Where a ProbeRun's descriptor is in the program.
inline constexpr int probe_fd = 3;

class ProbeRun {
  public:
    struct Outcome {
        int status = -1;  ///< exit status, 128 + signal; -1: it could not be run
        std::string line; ///< the first of its standard output
    };
    using Done = std::function<void(const Outcome &)>;

    /// argv[0] is a path. `extra` (-1: none) becomes probe_fd. `done` is called once, from the event loop,
    /// and may destroy the ProbeRun, which kills what still runs.
    ProbeRun(sys::EventLoop &loop, const std::vector<std::string> &argv, int extra, Done done);
    ~ProbeRun();
    ProbeRun(const ProbeRun &) = delete;
    ProbeRun &operator=(const ProbeRun &) = delete;

  private:
    int spawn(const std::vector<std::string> &argv, int output, int extra);
    void ended();
    void kill() const;

    Done done_;
    sys::Fd process_; ///< pidfd, until it is reaped
    sys::Fd output_;
    sys::EventSource source_, deadline_;
};

} // namespace frank::session
