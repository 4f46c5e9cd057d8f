// Deletes all that is in a tree, and nothing else.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

/// The directory itself stays. No link is followed and no mount point is crossed: one is refused with
/// Error::busy, and what was deleted before it is gone. Needs a fixed number of descriptors, however deep the
/// tree is.
plan::Result<void> empty(const std::string &directory, Reporter &reporter);

} // namespace frank::tree
