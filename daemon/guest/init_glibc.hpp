// Which glibc the root has.
#pragma once

#include "daemon/plan/glibc.hpp"

namespace frank::guest {

/// The first that is found. Nothing: there is none, as in a root with musl, or none that says what it is.
std::optional<plan::GlibcVersion> find_glibc();

} // namespace frank::guest
