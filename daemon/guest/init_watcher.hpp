// Who stands beside a job that is traced or debugged: a process in the job's own mount namespace, which
// carries bytes between what its programs' emulators open there and the one descriptor that came from
// outside.
#pragma once

#include "daemon/guest/fd.hpp"
#include "daemon/plan/exec_table.hpp"

namespace frank::guest {

/// Begins the watcher, which ends with the last of the job's programs. For the process that will become the
/// job, after lay_own_table(). An errno; 0: done.
int begin_watch(plan::Watch watch, const Fd &outside_end);

} // namespace frank::guest
