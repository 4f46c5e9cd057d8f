// What glibc converts encodings with (iconv(3)): modules of the C library's own architecture. Those of a
// guest cannot be loaded by a native tool, so they go along with the twins.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/tree/twin_libraries.hpp"

#include <string>

namespace frank::tree {

/// Those of a native root, to the path that they have there. None is no error: musl has all built in.
plan::Result<void> copy_converters(int root, TwinLibraries &libraries);

/// In a tree of twins that is whole otherwise: its C library finds them from where sessions see the tree, and
/// beside them is a link to where a guest of `arch` has its own.
void settle_converters(const std::string &directory, plan::Arch arch);

} // namespace frank::tree
