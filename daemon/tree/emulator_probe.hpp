// Runs the session's emulator by name, to see what it is and what it can: version, a program, a CPU model.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

/// Tells "version TEXT". `cpu` may be empty. Refused with what is wrong and what to do.
plan::Result<void> probe_emulator(const std::string &name, const std::string &cpu, Reporter &reporter);

} // namespace frank::tree
