// What a root file system is for, and whether a session can stand on it.
#pragma once

#include "daemon/plan/arch_set.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/plan/wide_numbers.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

struct Findings {
    plan::Arch arch;
    std::string os_name; ///< printable
    plan::ArchSet extra; ///< what else it holds programs of
    plan::RootStorage storage;
    std::string suite{}; ///< of a Debian: "bookworm"; empty: it is none
};

/// `wanted`: what the user says it is for; Arch::none: find out. Symbolic links are those of the tree. Writes
/// nothing.
plan::Result<Findings> inspect(const std::string &directory, plan::Arch wanted);

/// inspect(), told as the lines "arch NAME", "extra NAME" for each more, "os TEXT", where it matters to those
/// "storage BITS FILE-SYSTEM", and "checked ok".
/// `arch_name`: by Debian's name, or empty.
plan::Result<void> tell_findings(const std::string &directory, const std::string &arch_name,
                                 Reporter &reporter);

} // namespace frank::tree
