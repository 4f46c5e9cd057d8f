// How far a long job is, as one line on a terminal that is drawn again and again.
#pragma once

#include "client/daemon_link.hpp"

#include <chrono>
#include <cstdint>

namespace frank::client {

/// "unpacking  134/451 MiB  29%", of what Job.Progress says; not yet printable.
std::string progress_line(const std::string &what, std::uint64_t done, std::uint64_t total,
                          const std::string &unit);

/// Draws on standard error where that is a terminal, and nowhere else. The line is gone at its end.
class Progress {
  public:
    /// `wanted` false: draws nothing.
    Progress(DaemonLink &link, bool wanted);
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;
    ~Progress() { clear(); }

    /// Follows the job at `path` while the loop turns.
    void follow(const std::string &path);
    void clear();

  private:
    void draw(const std::string &line);

    DaemonLink &link_;
    bool wanted_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point next_;
    sdbus::Slot news_;
};

} // namespace frank::client
