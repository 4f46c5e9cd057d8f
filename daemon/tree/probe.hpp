// Runs the built-in program of an architecture, to see whether this sandbox can.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/tree/reporter.hpp"

#include <string>

namespace frank::tree {

/// The built-in program as a file, for as long as this lives.
class ProbeFile {
  public:
    explicit ProbeFile(plan::Arch arch);
    ~ProbeFile();
    ProbeFile(const ProbeFile &) = delete;
    ProbeFile &operator=(const ProbeFile &) = delete;
    static const char *path();
};

/// Refused with the reason where the program did not run or did not end as it must.
/// Tells "memory LOWEST OVERCOMMIT" as well: vm.mmap_min_addr and vm.overcommit_memory.
plan::Result<void> probe(const std::string &arch, Reporter &reporter);

} // namespace frank::tree
