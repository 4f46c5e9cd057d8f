// What a session may take of this machine, and what it takes: cgroup v2's terms. Pure.
#pragma once

#include "daemon/plan/result.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace frank::plan {

enum class Resource : std::uint8_t {
    memory, ///< bytes (memory.max)
    cpu,    ///< percent of one processor (cpu.max)
    tasks,  ///< processes and threads (pids.max)
    io,     ///< bytes a second, read and written each, of the disk that the root lies on (io.max)
};

inline constexpr std::size_t resource_count = 4;
inline constexpr std::array<Resource, resource_count> all_resources{Resource::memory, Resource::cpu,
                                                                    Resource::tasks, Resource::io};

/// "memory", "cpu", "tasks", "io".
std::string_view to_text(Resource resource);

/// For each a number; 0: as much as there is. Plain data: it travels to frank-launcher.
struct ResourceLimits {
    std::array<std::uint64_t, resource_count> most{};

    std::uint64_t of(Resource resource) const { return most[static_cast<std::size_t>(resource)]; }
    std::uint64_t &of(Resource resource) { return most[static_cast<std::size_t>(resource)]; }
    bool any() const { return most != std::array<std::uint64_t, resource_count>{}; }
    bool operator==(const ResourceLimits &) const = default;
};

/// What to do where one could not be set, as the end of a line; empty: not known.
std::string_view limit_remedy(int error);
/// Why it could not be set, for people.
std::string limit_failure(Resource resource, int error);

/// Every number is 0, or one that a session can live with.
Result<void> check(const ResourceLimits &limits);

/// By name, those that there are. Refuses a name that is none of ours, and a number as check() does.
Result<ResourceLimits> limits_from_map(const std::map<std::string, std::uint64_t> &numbers);
std::map<std::string, std::uint64_t> to_map(const ResourceLimits &limits);

/// The file of a cgroup, and what is written to it (Documentation/admin-guide/cgroup-v2.rst). `device`: the
/// disk, "8:0", for io alone.
std::string_view limit_file(Resource resource);
std::string limit_text(Resource resource, std::uint64_t most, std::string_view device = {});

/// "2 GiB", "150%", "500", "20 MiB/s", "none": for people.
std::string amount_text(Resource resource, std::uint64_t most);

/// What a session has taken; 0 where that is not known.
struct ResourceUse {
    std::uint64_t memory = 0;    ///< bytes, now
    std::uint64_t cpu = 0;       ///< microseconds, since its start
    std::uint64_t tasks = 0;     ///< now
    std::uint64_t io = 0;        ///< bytes read and written, since its start
    std::uint64_t oom_kills = 0; ///< processes that the kernel ended for want of memory, since its start
};

// The supervisor's socket: a message of one byte is supervisor_kill (launch_request.hpp). One of this struct
// is answered with a ResourceReport.
struct ResourceOrder {
    std::uint8_t set = 0; ///< 1: `limits` hold from now on; 0: only tell
    std::array<std::uint8_t, 7> reserved{};
    ResourceLimits limits{};
};

struct ResourceReport {
    std::int32_t error = 0;    ///< errno of what could not be set
    std::uint32_t limited = 0; ///< bit N: Resource N can be limited here
    Resource failed{};         ///< which that was
    std::array<std::uint8_t, 7> reserved{};
    ResourceUse use{};
};

/// Numbers of a cgroup's file that has "KEY NUMBER" on each line; 0 where the key is not there.
std::uint64_t number_of_key(std::string_view text, std::string_view key);
/// Of io.stat: rbytes and wbytes of every line.
std::uint64_t io_bytes(std::string_view text);

} // namespace frank::plan
