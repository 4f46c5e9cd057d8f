// Runs a program of this machine's and takes what it prints.
#pragma once

#include "daemon/plan/result.hpp"

#include <string>
#include <vector>

namespace frank::tree {

/// Its standard output, once it has ended well; it reads nothing, and its errors go to ours.
/// Error::unavailable where it is not installed (its Debian package has its name), Error::failed where it
/// failed.
plan::Result<std::string> run_command(const std::vector<std::string> &argv);

} // namespace frank::tree
