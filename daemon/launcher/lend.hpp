// Detached mounts that a running session gets: frankend hands them on to frank-init, which attaches them.
#pragma once

#include "daemon/launcher/storage.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

namespace frank::launcher {

/// Of a tree of twins, read-only. LaunchError.
sys::Fd lend_twins(const plan::LaunchRequest &request, const Storage &storage);

/// Of an adopted directory: nosuid, nodev, read-only where the request does not say `writable`, none of which
/// the session's root can take back. Files of request.owner_uid are the session's root's, where that owns the
/// directory and is not root; else they are nobody's, and `writable` is refused (EPERM). LaunchError; EINVAL
/// at open_tree where the file system cannot be idmapped.
sys::Fd lend_directory(const plan::LaunchRequest &request, const Storage &storage);

/// Of a compiler cache: nosuid, nodev, noexec, as lend_directory() has them. LaunchError.
sys::Fd lend_cache(const plan::LaunchRequest &request, const Storage &storage);

} // namespace frank::launcher
