// A terminal of the session's own devpts: never one of the machine's (so no TIOCSTI into a caller's shell).
#pragma once

#include "daemon/guest/fd.hpp"

#include <cstdint>

namespace frank::guest {

struct Terminal {
    Fd master; ///< non-blocking
    Fd slave;
};

/// 0, or errno.
int open_terminal(std::uint16_t rows, std::uint16_t columns, Terminal &terminal);
int set_size(int terminal, std::uint16_t rows, std::uint16_t columns);

} // namespace frank::guest
