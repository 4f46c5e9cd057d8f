// One program of a twin's tree, made to run from where sessions see it.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/plan/twin.hpp"

#include <string>
#include <vector>

namespace frank::tree {

/// An ELF file that asks for a loader, or needs none, and can be executed.
bool is_elf_program(const std::string &path);

/// Of an ELF file.
struct Linking {
    std::string loader;   ///< PT_INTERP; empty: none
    bool dynamic = false; ///< it has PT_DYNAMIC
};
Linking linking_of(const std::string &path);

struct Interpreter {
    std::string loader;    ///< path inside a session
    std::string libraries; ///< directories there, separated by colons
};

/// The program's own loader and library path, which goes before LD_LIBRARY_PATH: libraries of the guest's are
/// never looked at.
plan::Result<void> set_interpreter(const std::string &path, const Interpreter &interpreter);

/// The library of that path before all others.
plan::Result<void> load_first(const std::string &path, const std::string &library);

/// Every string in the file that is `from` becomes `to`. What is not there stays as it is: verification
/// tells.
void rewrite_strings(const std::string &path, const std::vector<plan::Rewrite> &rewrites);

} // namespace frank::tree
