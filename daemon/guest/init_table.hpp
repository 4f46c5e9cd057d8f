// A job with an emulator or CPU of its own, or one that is watched: its table lies over the session's, in a
// mount namespace of the job's own.
#pragma once

#include "daemon/guest/fd.hpp"
#include "daemon/plan/exec_table.hpp"

#include <sys/types.h>

namespace frank::guest {

/// `emulator` may be none. An errno; 0: done. For a child that has not become its user yet. Root inside may
/// take the cover off again: then it has the session's own table, as everybody else.
int lay_own_table(const Fd &table, const Fd &emulator, plan::Watch watch);

/// Copies `from` to a new file. An errno; 0: done.
int copy_file(const Fd &from, const char *to, mode_t mode);
/// The exec table at `path` becomes the one that frank-exec reads, in this mount namespace; read-only.
int cover_table(const char *path);

} // namespace frank::guest
