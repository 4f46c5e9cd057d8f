// STATE/twins/INSTANCE.toml: the native twins that frank-launcher keeps for us.
#pragma once

#include "daemon/plan/accel.hpp"
#include "daemon/session/record_store.hpp"

#include <string>

namespace frank::session {

class TwinStore : public RecordStore<plan::Twins> {
  public:
    explicit TwinStore(const std::string &state) : RecordStore(state, "twins", plan::twins_from_toml) {}

    /// nullptr where there are none; valid until the next save() or remove().
    const plan::Twins *find(const std::string &digest) const;
    /// The newest that are whole.
    const plan::Twins *newest(const std::string &suite, plan::Arch arch) const;
};

} // namespace frank::session
