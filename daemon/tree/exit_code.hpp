// What frank-tree's exit status says; frankend reads it.
#pragma once

#include "dbus-interfaces/errors.hpp"

namespace frank::tree {

enum class ExitCode : int {
    done = 0,
    failed = 1,
    bad_image = 10, ///< the image or archive is bad
    no_space = 11,
    limit = 12,   ///< a limit was exceeded
    no_tool = 13, ///< a program is not installed
    busy = 14,
    no_emulator = 15,
    argument = 16, ///< what the user asked for cannot be
};

constexpr ExitCode exit_code(Error error) {
    switch (error) {
    case Error::bad_image:
        return ExitCode::bad_image;
    case Error::no_space:
        return ExitCode::no_space;
    case Error::limit_exceeded:
        return ExitCode::limit;
    case Error::unavailable:
        return ExitCode::no_tool;
    case Error::busy:
        return ExitCode::busy;
    case Error::no_emulator:
        return ExitCode::no_emulator;
    case Error::invalid_argument:
        return ExitCode::argument;
    default:
        return ExitCode::failed;
    }
}

} // namespace frank::tree
