// Which architectures the session's root holds programs of: looked at at every start, since one may have been
// added in the last.
#pragma once

#include "daemon/plan/arch_set.hpp"

namespace frank::guest {

/// dpkg's list and the dynamic loaders, as plan/root_needs.hpp has them. What cannot be read says nothing.
plan::ArchSet find_needs();

} // namespace frank::guest
