// How often tools ran natively and emulated, from the file that frank-exec adds a record to at every call.
// The session's programs can write to it: figures, nothing else.
#pragma once

#include "daemon/plan/exec_table.hpp"
#include "daemon/session/job.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace frank::session {

/// What a user sees of one tool.
struct AccelRow {
    std::string tool_class, path;
    bool native = false;
    std::string reason; ///< why not
    std::uint64_t native_calls = 0, emulated_calls = 0, saved_us = 0;
};

class CallCounts {
  public:
    using Sum = Calls;

    /// Anything but a plain file in memory is not taken: reading it could block.
    void follow(sys::Fd file);
    void forget();
    /// What was added since; empties the file.
    void read();
    Sum of_counter(std::uint16_t counter) const;
    Sum of_group(int group) const;
    /// Whoever has its number next begins anew.
    void forget_group(int group);

  private:
    void take(const plan::ExecCall &call);

    sys::Fd file_;
    std::map<std::uint16_t, Sum> counters_;
    std::map<int, Sum> groups_;
};

} // namespace frank::session
