// A name for a tree in frank-launcher's storage that nothing else has.
#pragma once

#include "daemon/plan/instance.hpp"

namespace frank::session {

/// Random.
plan::Instance new_instance();

} // namespace frank::session
