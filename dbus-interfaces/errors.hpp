// The one table of errors: what a refusal is called inside, on the bus, and by frankctl's exit status.
// Plain C++ with no D-Bus in it, so that every room may include it.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace frank {

/// Why a request was refused. The order is the order of `error_table`.
enum class Error : unsigned char {
    failed,
    invalid_argument,
    not_authorized,
    no_such_session,
    no_such_job,
    no_such_user,
    already_exists,
    busy,
    invalid_state,
    limit_exceeded,
    bad_image,
    unsupported_architecture,
    no_emulator,
    no_space,
    launch_failed,
    unavailable,
    cancelled,
    command_not_executable,
    command_not_found,
};

struct ErrorEntry {
    Error error;
    std::string_view dbus_name; ///< what a D-Bus client sees
    int exit_status;            ///< what frankctl exits with
};

inline constexpr std::array error_table{
    ErrorEntry{Error::failed, "org.frankend1.Error.Failed", 125},
    ErrorEntry{Error::invalid_argument, "org.frankend1.Error.InvalidArgument", 125},
    ErrorEntry{Error::not_authorized, "org.frankend1.Error.NotAuthorized", 125},
    ErrorEntry{Error::no_such_session, "org.frankend1.Error.NoSuchSession", 125},
    ErrorEntry{Error::no_such_job, "org.frankend1.Error.NoSuchJob", 125},
    ErrorEntry{Error::no_such_user, "org.frankend1.Error.NoSuchUser", 125},
    ErrorEntry{Error::already_exists, "org.frankend1.Error.AlreadyExists", 125},
    ErrorEntry{Error::busy, "org.frankend1.Error.Busy", 125},
    ErrorEntry{Error::invalid_state, "org.frankend1.Error.InvalidState", 125},
    ErrorEntry{Error::limit_exceeded, "org.frankend1.Error.LimitExceeded", 125},
    ErrorEntry{Error::bad_image, "org.frankend1.Error.BadImage", 125},
    ErrorEntry{Error::unsupported_architecture, "org.frankend1.Error.UnsupportedArchitecture", 125},
    ErrorEntry{Error::no_emulator, "org.frankend1.Error.NoEmulator", 125},
    ErrorEntry{Error::no_space, "org.frankend1.Error.NoSpace", 125},
    ErrorEntry{Error::launch_failed, "org.frankend1.Error.LaunchFailed", 125},
    ErrorEntry{Error::unavailable, "org.frankend1.Error.Unavailable", 125},
    ErrorEntry{Error::cancelled, "org.frankend1.Error.Cancelled", 125},
    ErrorEntry{Error::command_not_executable, "org.frankend1.Error.CommandNotExecutable", 126},
    ErrorEntry{Error::command_not_found, "org.frankend1.Error.CommandNotFound", 127},
};

constexpr const ErrorEntry &entry_of(Error error) { return error_table[static_cast<std::size_t>(error)]; }

/// The entry with this D-Bus name; `Error::failed`'s for a name that is not ours.
constexpr const ErrorEntry &entry_of(std::string_view dbus_name) {
    for (const ErrorEntry &entry : error_table)
        if (entry.dbus_name == dbus_name)
            return entry;
    return entry_of(Error::failed);
}

static_assert(
    [] {
        for (std::size_t i = 0; i < error_table.size(); ++i)
            if (static_cast<std::size_t>(error_table[i].error) != i)
                return false;
        return true;
    }(),
    "error_table is indexed by Error");

} // namespace frank
