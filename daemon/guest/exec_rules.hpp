// What a route says besides where its twin is: when the guest's own file runs after all, and what the twin's
// arguments and environment are (plan/exec_table.hpp, RouteRule).
#pragma once

#include "daemon/guest/exec_view.hpp"

namespace frank::guest {

/// What no native program may be given: a library of the guest's to load first, an encoding that it would
/// have to load a converter for. And the user's own wish.
bool environment_forbids_twins(char *const *environment);

class Rules {
  public:
    explicit Rules(const RouteView &route) : first_(route.rules), count_(route.rule_count) {}

    /// The guest's own file is to run.
    bool forbid(char *const *argv, char *const *environment) const;
    /// nullptr where there is no memory for them.
    char *const *arguments(char *const *argv) const;
    char *const *environment(char *const *given) const;
    /// The twin is to be watched, since it could be done again: it writes a file and reads no standard input.
    bool watched(char *const *argv) const;
    /// What it writes is to be looked at before it counts. Only what is watched is.
    bool on_trial(char *const *argv) const;
    /// The file that it wrote is one that the guest's own would have written otherwise, or cannot be read.
    bool doubt(char *const *argv) const;
    /// The file that it wrote names its compiler's package as the guest's own would. False where it could not
    /// be written.
    bool sign_as_guest(char *const *argv) const;
    /// An exit status that says what a fault would.
    bool is_fault(int status) const;

  private:
    bool is_called_well(char *const *argv) const;
    /// No argument is put before the caller's.
    bool goes_without(char *const *argv) const;
    /// nullptr: none is put before the caller's.
    const char *first_argument(char *const *argv) const;
    bool tries(char *const *argv, const char *prefix) const;
    bool trusts(char *const *argv) const;

    const char *first_;
    std::uint32_t count_;
};

} // namespace frank::guest
