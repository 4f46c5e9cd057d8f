// plan/ holds pure values and functions: no descriptor, no clock, no file system, no privilege.
// This file: how a refusal travels.
#pragma once

#include "dbus-interfaces/errors.hpp"

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace frank::plan {

/// Something the caller asked for that we will not or cannot do. `message` is one line for people: what was
/// wrong and, where known, what to do. Breakage of the world (EIO, a bug) is not a Refusal but
/// std::system_error.
struct Refusal {
    Error error = Error::failed;
    std::string message;

    bool operator==(const Refusal &) const = default;
};

template <class T> using Result = tl::expected<T, Refusal>;

inline tl::unexpected<Refusal> refuse(Error error, std::string message) {
    return tl::unexpected<Refusal>(Refusal{error, std::move(message)});
}

} // namespace frank::plan
