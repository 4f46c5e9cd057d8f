// Native twins of a Debian's tools: a native root of the same suite with the cross compilers for the guest's
// architecture, of which only the tools and their libraries are kept, made to run from where sessions see
// them.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

struct TwinOptions {
    std::string suite;
    std::string arch;     ///< the guest's, by Debian's name
    std::string mirror;   ///< empty: the suite's own archives
    std::string verifier; ///< the program that goes along, frank-verify
};

/// Into `directory`, which must be empty and this process's own. Says "twin PATH" for each tool, relative to
/// it, and "digest HEX" of all that is in it.
plan::Result<void> make_twins(const std::string &directory, const TwinOptions &options, Reporter &reporter);

} // namespace frank::tree
