// Which qemu is used for an architecture: one at a place that is known (plan/emulator_paths.hpp), root's,
// static. Never a path from outside.
#pragma once

#include "daemon/plan/arch.hpp"

#include <string>

namespace frank::launcher {

/// LaunchError: ENOENT (none), EPERM (someone else could change it), ELIBEXEC (dynamically linked).
std::string find_emulator(plan::Arch arch);

} // namespace frank::launcher
