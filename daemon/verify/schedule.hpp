// All candidates, two at a time, each in a process of its own; a line for each on standard output.
#pragma once

#include <string>
#include <vector>

namespace frank::verify {

/// `directory`: an empty one. Comes back when all are done; 128 + the signal where this process is asked to
/// end, with all it started gone, else 0.
int check_all(const std::vector<std::string> &arguments, const std::string &directory);

} // namespace frank::verify
