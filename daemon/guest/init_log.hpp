// A job's output into its log file, a bounded piece at a time, up to a limit.
#pragma once

#include "daemon/guest/init_session.hpp"

namespace frank::guest {

/// One read of what is there; never waits for more.
void pump_log(JobLog &log);
/// What is left without waiting, the note of what was dropped, and the end of it.
void finish_log(JobLog &log);

} // namespace frank::guest
