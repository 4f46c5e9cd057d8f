// The cgroup of one session, below the one that systemd delegates to its unit (Delegate=yes): limits, and
// what is used.
#pragma once

#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

#include <array>
#include <string>

namespace frank::launcher {

/// Its files, open: who holds them can change the limits without any right of root's (cgroup files are
/// checked when they are opened).
struct ResourceFiles {
    std::array<sys::Fd, plan::resource_count> limits{}; ///< empty: cannot be limited here
    sys::Fd memory{}, memory_events{}, cpu{}, tasks{}, io{};
    std::string disk{}; ///< "8:0", where io can be limited
};

class ResourceGroup {
  public:
    /// Makes the groups "session" and "supervisor" and goes into the former, where whoever we start from now
    /// on is too. Where there is no delegated group it is not there(), and only limits are refused. `tree`:
    /// what lies on the disk that io counts for. LaunchError where one of `limits` cannot be had.
    ResourceGroup(const plan::ResourceLimits &limits, const sys::Fd &tree);

    bool there() const { return static_cast<bool>(unit_); }
    /// Once the session runs: what we start from now on is none of its. LaunchError.
    void leave() const;
    ResourceFiles release() { return std::move(files_); }

  private:
    sys::Fd unit_;
    ResourceFiles files_;
};

/// What cannot be set stays as it was, and so does what comes after it in the order of Resource.
plan::ResourceReport answer(const ResourceFiles &files, const plan::ResourceOrder &order);

} // namespace frank::launcher
