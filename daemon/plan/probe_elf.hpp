// The smallest program of each architecture: a static ELF file that exits with probe_status. An emulator that
// is there, enabled and of the right version is known to work only when it has run one.
#pragma once

#include "daemon/plan/arch.hpp"

#include <cstddef>
#include <vector>

namespace frank::plan {

inline constexpr int probe_status = 42;

/// The bytes of an executable file for `arch`, which must not be Arch::none.
std::vector<std::byte> build_probe(Arch arch);

} // namespace frank::plan
