// Whether this kernel can fence a session off from abstract sockets and signals.
#pragma once

#include "daemon/plan/config.hpp"

namespace frank::session {

/// The version of Landlock's interface; 0 where there is none.
int landlock_version();
/// Scopes are in version 6 and later (Linux 6.12).
bool landlock_scopes();

/// What a policy comes to on this kernel.
plan::Network network_of(plan::NetworkPolicy policy);

} // namespace frank::session
