// Does the kernel run this? Found by trying.
#pragma once

#include <cstddef>
#include <span>

namespace frank::sys {

/// False only where execve(2) says ENOEXEC of these bytes: whatever else is in the way (a seccomp filter, a
/// policy on memory files) tells nothing of the format. The process must have one thread.
bool kernel_runs(std::span<const std::byte> program);

} // namespace frank::sys
