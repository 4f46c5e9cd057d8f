// Makes the bytes of an exec table.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/exec_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frank::plan {

struct EmulatorEntry {
    Arch arch;
    std::string path;                 ///< inside the session
    std::vector<std::string> options; ///< put before "-0 ARGV0 FILE": e.g. {"-cpu", "cortex-a53"}
};

struct RouteEntry {
    std::string path;
    std::string native;
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t mtime_seconds = 0;
    std::uint32_t mtime_nanoseconds = 0;
    std::vector<std::string> rules{}; ///< see RouteRule
    std::uint32_t counter = 0;

    bool operator==(const RouteEntry &) const = default;
};

std::vector<std::byte> build_exec_table(const std::vector<EmulatorEntry> &emulators,
                                        std::vector<RouteEntry> routes, Watch watch = Watch::none);

/// Where frank-launcher puts the emulator of `arch` inside a session.
std::string emulator_path_in_session(Arch arch);
/// Where frank-init puts the one that a job brings along.
inline constexpr const char *emulator_path_of_job = "/run/frankend/job/emulator";

} // namespace frank::plan
