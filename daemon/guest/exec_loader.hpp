// The program's own loader: whether the root has it. Without it the emulator would say something about a file
// that nobody asked for.
#pragma once

#include "daemon/guest/exec_view.hpp"

namespace frank::guest {

/// Refused on stderr, with what to install, where the program at `fd` names a loader that is not there.
/// `file`: what the program is called.
bool loader_is_there(int fd, const ElfKind &kind, const char *file, char *const *environment);

} // namespace frank::guest
