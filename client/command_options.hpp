// The options of a command in a session that `enter` and `run` share.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace frank::client {

struct CommandOptions {
    std::string session;
    std::string user;
    std::string workdir;
    std::vector<std::string> env;
    std::string emulator;
    std::string cpu;
    bool ephemeral = false;
};

void add_command_options(CLI::App &verb, CommandOptions &options);

/// "KEY=VALUE" entries: those of --env, where a KEY alone takes the caller's value, behind what a terminal's
/// programs want to know of it.
std::vector<std::string> environment_of(const CommandOptions &options, bool terminal);

} // namespace frank::client
