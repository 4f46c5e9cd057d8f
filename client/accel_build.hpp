// `frankctl accel NAME verify -- CMD...`: the user's own build, emulated and accelerated, and what differs.
#pragma once

#include "client/command.hpp"
#include "client/command_options.hpp"

namespace frank::client {

/// 0: all that the command made is the same both ways.
int compare_builds(const CommandOptions &options, const Invocation &invocation);

} // namespace frank::client
