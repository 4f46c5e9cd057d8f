// STATE/rootfs/NAME/session.toml: the settings of every named root filesystem.
#pragma once

#include "daemon/plan/accel.hpp"
#include "daemon/plan/session_settings.hpp"
#include "daemon/sys/fd.hpp"

#include <string>
#include <vector>

namespace frank::session {

class SettingsStore {
  public:
    /// Makes the directory where it is missing.
    explicit SettingsStore(const std::string &state);

    /// What is torn or foreign is set aside.
    std::vector<plan::SessionSettings> load() const;
    /// On disk when it returns.
    void save(const plan::SessionSettings &settings) const;
    /// The emulator that the user gave for it, whose name is in the settings.
    void save_emulator(const std::string &name, const sys::Fd &emulator) const;
    /// A sealed memfd of it.
    sys::Fd open_emulator(const std::string &name) const;
    /// What was made of its acceleration; nothing where that is not known.
    plan::AccelRecord load_acceleration(const std::string &name) const;
    void save_acceleration(const std::string &name, const plan::AccelRecord &record) const;
    void remove(const std::string &name) const;

  private:
    std::string directory_;
};

} // namespace frank::session
