// A command with the caller's own streams, for the verbs that wait for its end.
#pragma once

#include "client/attendant.hpp"
#include "client/command_options.hpp"
#include "client/streams.hpp"

namespace frank::client {

/// The job's path, once the command runs. `details`: Spawn's options besides those of `options`.
std::string spawn_command(DaemonLink &link, Attendant &attendant, const CommandOptions &options,
                          Options details, const Streams &streams, const std::vector<std::string> &argv);

/// Joins the streams until the command has ended, and passes signals on to it.
JobEnd attend_command(DaemonLink &link, Attendant &attendant, Streams &streams, const std::string &path);

} // namespace frank::client
