// The ladder: from a blueprint to a running session.
#pragma once

#include "daemon/launcher/blueprint.hpp"
#include "daemon/sys/fd.hpp"

namespace frank::launcher {

struct Started {
    sys::Fd init_pidfd; ///< frank-init, our child
    sys::Fd lifeline;   ///< closing it ends the session
    pid_t init_pid = 0;
    sys::Fd network{};          ///< frank-net, our child, where the session has a network of its own
    sys::Fd network_lifeline{}; ///< closing it ends frank-net
};

/// LaunchError when a rung breaks; nothing is left then, not even a zombie.
Started climb(const Blueprint &blueprint);

} // namespace frank::launcher
