// User namespaces and their maps.
#pragma once

#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

#include <sys/types.h>

namespace frank::launcher {

/// Writes both maps of `process`, which must be in a fresh user namespace that is a child of ours, and
/// forbids nothing: setgroups stays allowed, since we are privileged. Fails with LaunchError.
void map_ids(pid_t process, const char *uids, const char *gids);

/// A user namespace whose only use is to describe an idmapped mount: ids on disk → ids of the session's
/// range. DiskIds::owner: one uid, and its own group.
sys::Fd idmap_namespace(const plan::LaunchRequest &request);

} // namespace frank::launcher
