// A command on a terminal of the session's own, shown on the caller's.
#pragma once

#include "client/command_options.hpp"
#include "client/daemon_link.hpp"

namespace frank::client {

/// Runs `argv` (empty: the user's login shell) and returns frankctl's exit status.
int run_on_terminal(DaemonLink &link, const CommandOptions &options, const std::vector<std::string> &argv);

} // namespace frank::client
