// Trees that a session sees as one (overlayfs).
#pragma once

#include "daemon/sys/fd.hpp"

#include <cstdint>
#include <vector>

namespace frank::launcher {

/// A detached mount, nodev, of `lower` (the nearest first) under what `upper` has in `root`; `upper` has
/// overlayfs' `work`, too. All are detached mounts, idmapped to the ids from `id_base` on. LaunchError where
/// the kernel gives none that can be written to.
sys::Fd overlay(const std::vector<sys::Fd> &lower, const sys::Fd &upper, std::uint32_t id_base);

} // namespace frank::launcher
