// Between fork and exec: plain data, nothing that can be waited for but the job's own files, and _exit.
#pragma once

#include "daemon/guest/fd.hpp"
#include "daemon/guest/init_request.hpp"

#include <sys/resource.h>

namespace frank::guest {

struct ChildPlan {
    const SpawnView &request;
    const Fd *fds;   ///< request.head.fd_count of them, then the table, the emulator and the one who watches,
                     ///< where flags say so
    const Fd &slave; ///< the job's terminal, or none
    const Fd &output; ///< writing end of its log, or none
    const Fd &report; ///< gets a ChildFailure; O_CLOEXEC
    const rlimit &files;
};

/// What a child writes when it cannot become its command. One write, so it is there whole or not at all.
struct ChildFailure {
    plan::SpawnStage stage;
    int error;
};

[[noreturn]] void become_job(const ChildPlan &plan);

} // namespace frank::guest
