// A fresh Debian root, made by mmdebstrap(1).
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>
#include <vector>

namespace frank::tree {

struct BootstrapOptions {
    std::string suite;
    std::string arch; ///< by Debian's name
    std::string variant;
    std::vector<std::string> include;
    std::string mirror{};     ///< empty: the suite's own archives
    bool only_unpack = false; ///< no variant: what to include and what that needs, and nothing is configured
};

/// Into `directory`, which must be empty and this process's own; then completes the root. What mmdebstrap
/// prints goes to standard error. Changes the environment of this process. Error::unavailable where
/// mmdebstrap is not installed.
plan::Result<void> bootstrap(const std::string &directory, const BootstrapOptions &options,
                             Reporter &reporter);

} // namespace frank::tree
