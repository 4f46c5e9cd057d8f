// How far a job has come, as /proc tells it.
#pragma once

#include "daemon/plan/hang.hpp"

#include <sys/types.h>

namespace frank::guest {

/// Of the processes in the session (setsid(2)) of `leader`. What cannot be read counts for nothing.
plan::JobMeasure measure_job(pid_t leader);

} // namespace frank::guest
