// What is left of frank-launcher once a session runs: no capability, no uid of the machine's, only the power
// to end it.
#pragma once

#include "daemon/launcher/ladder.hpp"
#include "daemon/launcher/resource_group.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdint>

namespace frank::launcher {

/// Gives up root for `id` (the session's own root outside: enough to signal it, worth nothing else) for good.
/// std::system_error when anything is left.
void drop_privilege(std::uint32_t id);

/// The same after a fork: false where anything is left.
bool try_drop_privilege(std::uint32_t id) noexcept;

/// Returns when the session is gone. Serves `listener`: 'K' kills, a plan::ResourceOrder is done and
/// answered; peers see end of file when we exit. `workshop`: the requester's connection, whose end ends the
/// session; empty for a session that lives on by itself.
void supervise(Started started, const ResourceFiles &resources, sys::Fd listener, sys::Fd workshop);

} // namespace frank::launcher
