// argv in, a verb and what it was given out.
#pragma once

#include "client/command.hpp"

#include <optional>

namespace frank::client {

struct Request {
    Invocation invocation;
    Action action;
};

/// Reads argv. Nothing where all is said already (--help, --version). Throws Failure on a usage error.
std::optional<Request> read_command_line(int argc, const char *const *argv);

} // namespace frank::client
