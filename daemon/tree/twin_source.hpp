// Native tools of a root that is there already: this machine's own, or a directory that a user names.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"
#include "daemon/tree/twin_program.hpp"

#include <string>
#include <vector>

namespace frank::tree {

/// Relative paths, and what makes them run.
struct CopiedTools {
    std::vector<std::string> tools;
    Interpreter interpreter;
};

/// The tools below `root` (a directory's descriptor) that have a place in a guest of `arch`, and the
/// libraries that they need, into `directory`. Nothing outside of `root` is looked at. Error::bad_image where
/// there is no cross compiler of gcc's, or where a library is missing; Error::limit_exceeded where it is too
/// much. `llvm`: with clang and lld, which are large.
plan::Result<CopiedTools> copy_tools(int root, plan::Arch arch, const std::string &directory, bool llvm,
                                     Reporter &reporter);

} // namespace frank::tree
