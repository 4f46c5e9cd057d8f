// Carries out the mount plan. Runs in a forked child as the mapped root of the outer user namespace, with no
// power over this machine: plain data in, a Failure out, nothing thrown, nothing allocated.
#pragma once

#include "daemon/launcher/blueprint.hpp"
#include "daemon/launcher/failure.hpp"

namespace frank::launcher {

/// Attaches the new root at /tmp of our private mount namespace and does every step up to procfs. Gives the
/// new root's descriptor, or -1 with `why` filled.
int build_root(const Blueprint &blueprint, Failure &why) noexcept;
/// The steps that need the session's own pid (and network) namespace, which the caller is in: proc and sysfs.
bool mount_kernel_views(const Blueprint &blueprint, int root, Failure &why) noexcept;
/// binfmt_misc of the current user namespace, with every registration; a detached mount, or -1.
int make_binfmt(const Blueprint &blueprint, Failure &why) noexcept;
/// Attaches what make_binfmt gave, below the procfs that is there by now.
bool attach_binfmt(const Blueprint &blueprint, int root, int binfmt, Failure &why) noexcept;

} // namespace frank::launcher
