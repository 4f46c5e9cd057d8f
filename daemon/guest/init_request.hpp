// A spawn message, checked: every bound, every string's end.
#pragma once

#include "daemon/plan/init_wire.hpp"

#include <cstddef>
#include <span>

namespace frank::guest {

inline constexpr std::uint32_t highest_job_fd = 1023;

/// Points into the message it was parsed from.
struct SpawnView {
    plan::SpawnHead head;
    plan::SpawnLimits limits; ///< all 0 where none came
    const char *user;
    const char *cwd;       ///< empty: the user's home
    const char *arguments; ///< head.argc strings, then head.envc strings, one after another
};

/// False for anything but a well-formed request. `fds`: how many descriptors came with it.
bool parse_spawn(std::span<const std::byte> payload, std::size_t fds, SpawnView &view);

inline bool has_flag(const SpawnView &view, plan::SpawnFlags flag) { return (view.head.flags & flag) != 0; }
/// The string that follows this one.
const char *next_string(const char *text);

} // namespace frank::guest
