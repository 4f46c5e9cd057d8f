// How the builder and the session tell the launcher: a Failure, or the session's pidfd; then end of file,
// which means that frank-init has been executed.
#pragma once

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/ladder.hpp"

#include <sys/types.h>

namespace frank::launcher {

[[noreturn]] void report_and_exit(int report, const Failure &why) noexcept;
bool report_session(int report, pid_t session, int pidfd) noexcept;
/// Waits for the end of the report. LaunchError with what was told; every child is gone then.
Started await_session(int report, pid_t builder);

} // namespace frank::launcher
