// The network of a session that has its own: an interface in it, and frank-net at the interface's other end.
#pragma once

#include "daemon/launcher/ladder.hpp"

#include <string>

namespace frank::launcher {

/// While we still are root and before anybody is told that the session runs. LaunchError where it cannot be
/// had; the session has been ended then.
void give_network(Started &started, const plan::LaunchRequest &request, const std::string &libexec);

/// Waits until nothing of it is left.
void end_network(Started &started) noexcept;

} // namespace frank::launcher
