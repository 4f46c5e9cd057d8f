// A cross compiler among this machine's own programs.
#pragma once

#include "daemon/plan/arch.hpp"

#include <string>

namespace frank::sys {

/// Does this machine have a cross compiler for `arch`, of this Debian suite?
bool this_machine_has(const std::string &suite, plan::Arch arch);
/// And clang and lld, of one version? They are for all architectures.
bool this_machine_has_llvm();

} // namespace frank::sys
