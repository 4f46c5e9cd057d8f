// The same command line on another machine: ssh(1) starts frankctl there, and joins the streams.
#pragma once

#include <string>
#include <vector>

namespace frank::client {

/// A program of ssh's, to be found in PATH, with its arguments: the words become one command line for the
/// user's shell there. `terminal`: of its own there too. Throws Failure where `host` is not [USER@]HOST.
std::vector<std::string> ssh_command(const std::string &host, const std::vector<std::string> &words,
                                     bool terminal);

/// argv without the option that names the host: all that is for the frankctl there.
std::vector<std::string> words_for_there(int argc, const char *const *argv);

/// Becomes that program; throws Failure where it cannot be run.
[[noreturn]] void become(std::vector<std::string> argv);

} // namespace frank::client
