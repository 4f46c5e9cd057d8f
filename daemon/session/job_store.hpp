// Files of jobs: the counter of ids and the logs in STATE, the records in RUNTIME/jobs.
#pragma once

#include "daemon/session/job.hpp"
#include "daemon/sys/fd.hpp"

#include <string>
#include <vector>

namespace frank::session {

class JobStore {
  public:
    JobStore(const std::string &state, const std::string &runtime, std::string boot_id);

    /// An id that no job on this machine ever had. Ids are reserved on disk in blocks, so a crash only skips
    /// some.
    JobId next_id();

    /// For appending; must not exist yet.
    sys::Fd create_log(JobId id) const;
    /// From its beginning, for reading; -1 and errno where it cannot be opened.
    sys::Fd open_log(JobId id) const;

    /// The last `bytes` of it; empty where it cannot be read.
    std::string log_end(JobId id, std::size_t bytes) const;

    void save(const Job &job) const;
    /// Record and log.
    void remove(JobId id) const;
    /// Records of this boot; those of others are removed, as are logs that no record speaks of.
    std::vector<Job> load() const;

  private:
    std::string log_path(JobId id) const;

    std::string state_, logs_, records_, boot_id_;
    JobId next_ = 0, reserved_ = 0; ///< ids from next_ to before reserved_ are ours
};

} // namespace frank::session
