// Did the twin run at all? frank-exec writes down every call in a session that has routes
// (plan/exec_table.hpp).
#pragma once

#include <string>
#include <sys/types.h>

namespace frank::verify {

/// What was written since it was made.
class CallLog {
  public:
    CallLog();
    /// Of the program that led `session`, and of calls like it below; empty: its twin did all, or nobody
    /// knows.
    std::string why_not_native(pid_t session) const;

  private:
    off_t begin_ = -1;
};

} // namespace frank::verify
