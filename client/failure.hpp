// How frankctl fails: one line and an exit status. Knows the contract's error table, and no D-Bus library.
#pragma once

#include "dbus-interfaces/errors.hpp"

#include <stdexcept>
#include <string>

namespace frank::client {

/// The exit status of everything that frankend or frankctl itself refuses.
inline constexpr int refused = 125;

/// Ends frankctl. what() is the line for stderr, without the "frankctl: " and not yet escaped.
class Failure : public std::runtime_error {
  public:
    explicit Failure(const std::string &line, int exit_status = refused, std::string dbus_name = {})
        : std::runtime_error(line), exit_status_(exit_status), dbus_name_(std::move(dbus_name)) {}

    int exit_status() const { return exit_status_; }
    /// The D-Bus error behind it; empty where there is none.
    const std::string &dbus_name() const { return dbus_name_; }
    bool is(Error error) const { return dbus_name_ == entry_of(error).dbus_name; }

  private:
    int exit_status_;
    std::string dbus_name_;
};

/// "verb object: why", with errno.
Failure system_failure(const std::string &what);

/// What the D-Bus error means to the user. `about` names the object that was called: "session 'rpi3'", "job
/// 7".
Failure failure_of(const std::string &dbus_name, const std::string &message, const std::string &about);

/// The caller was ended by a signal: nothing to say, status 128+N.
class Interrupted : public std::runtime_error {
  public:
    explicit Interrupted(int signal) : std::runtime_error("interrupted"), signal_(signal) {}
    int exit_status() const { return 128 + signal_; }

  private:
    int signal_;
};

} // namespace frank::client
