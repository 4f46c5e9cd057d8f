// What an emulator is and what it can, found out by running it where alone emulators run: in a throw-away
// session, without a tree.
#pragma once

#include "daemon/session/workshop.hpp"

namespace frank::session {

struct EmulatorQuestion {
    plan::Arch arch;     ///< an emulated one
    std::string cpu;     ///< may be empty
    sys::Fd emulator{};  ///< sealed memfd; none: this machine's own
    std::string board{}; ///< whose CPU it is; empty: the user named it
};

class EmulatorTrial {
  public:
    /// The version as the emulator tells it, or why it will not do.
    using Done = std::function<void(const plan::Result<std::string> &version)>;

    /// `done` is called once, from the event loop, and may destroy the EmulatorTrial.
    EmulatorTrial(Context &context, EmulatorQuestion question, Done done);
    /// Ends it, and leaves nothing of it.
    ~EmulatorTrial();
    EmulatorTrial(const EmulatorTrial &) = delete;
    EmulatorTrial &operator=(const EmulatorTrial &) = delete;

  private:
    Context &context_;
    std::string name_;
    std::string board_;
    Done done_;
    std::unique_ptr<Workshop> workshop_;
    sys::EventSource failed_;
};

/// Only text and bytes are looked at: a static program of this machine, no larger than an emulator can be,
/// in memory that nobody can change. `name`: what the user calls it.
plan::Result<void> check_emulator_file(const sys::Fd &file, const std::string &name);

/// Settings of no session, for a workshop without a tree: nothing of them is stored. `name` must be too odd
/// to be anybody's.
plan::SessionSettings settings_of_nobody(const std::string &name);

} // namespace frank::session
