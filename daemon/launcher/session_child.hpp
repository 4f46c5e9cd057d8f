// The session's first process, from its birth to frank-init.
#pragma once

#include "daemon/launcher/blueprint.hpp"

namespace frank::launcher {

struct SessionChannels {
    int report;
    int gate;
    int lifeline;
};

/// Runs in the forked child; ends in execveat(frank-init) or a report.
[[noreturn]] void run_session(const Blueprint &blueprint, SessionChannels channels) noexcept;

} // namespace frank::launcher
