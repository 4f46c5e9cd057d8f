// Directories of the machine that the session sees: mounts that were made outside come and go while it runs.
#pragma once

#include "daemon/guest/fd.hpp"

#include <cstddef>
#include <span>

namespace frank::guest {

/// `target`: an absolute path, NUL-terminated; directories that it lacks are made. `fds`: one detached mount
/// of a directory. 0, also where it is there already, or an errno.
int attach_bind(std::span<const std::byte> target, std::span<Fd> fds);
/// 0, also where nothing is mounted there any more, or an errno. What is open in it stays open.
int detach_bind(std::span<const std::byte> target);

} // namespace frank::guest
