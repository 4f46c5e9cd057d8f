// Native twins of a root's tools, made to run from where sessions see them. They come from a directory that
// is given; else from this machine, where it is the same Debian and has the cross compiler; else from a
// native root of that suite, of which only the tools and their libraries are kept.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

struct TwinOptions {
    std::string suite;
    std::string arch;    ///< the guest's, by Debian's name
    std::string mirror;  ///< empty: the suite's own archives
    std::string helpers; ///< the directory of what goes along: frank-verify and libraries
    bool llvm = false;   ///< with clang and lld; of a directory that is given, always
    bool given = false;  ///< standard input is a directory to take them from; the suite does not matter
};

/// Into `directory`, which must be empty and this process's own. Says "twin PATH" for each tool, relative to
/// it, and "digest HEX" of all that is in it.
plan::Result<void> make_twins(const std::string &directory, const TwinOptions &options, Reporter &reporter);

} // namespace frank::tree
