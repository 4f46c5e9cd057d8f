// RUNTIME/sessions/NAME/{control,supervisor,session.toml}: what a session that runs needs to be found again
// by. RUNTIME/workshops/NAME: the same for a workshop, which nobody looks for.
#pragma once

#include "daemon/session/machine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frank::session {

/// What is to be known of a session that runs, also to a frankend that was started after it.
struct RunningRecord {
    std::uint64_t started = 0; ///< microseconds since 1970
    EmulatorSeen emulator{};
    /// Names of work-arounds that it was started without; nothing: a frankend of before did not write them.
    std::optional<std::vector<std::string>> workarounds_off{};
};

class RuntimeStore {
  public:
    RuntimeStore(std::string runtime, std::string boot_id);

    std::string session_directory(const std::string &name) const { return runtime_ + "/sessions/" + name; }
    std::string workshop_directory(const std::string &name) const { return runtime_ + "/workshops/" + name; }

    /// An empty directory with session.toml in it; what was there before is gone.
    void make(const std::string &directory, const RunningRecord &record) const;
    /// What make() wrote; nothing where there is no file of this boot's.
    std::optional<RunningRecord> record(const std::string &name) const;
    /// Names of sessions that have a directory.
    std::vector<std::string> sessions() const;
    void remove(const std::string &directory) const;
    void remove_workshops() const;

  private:
    std::string runtime_;
    std::string boot_id_;
};

} // namespace frank::session
