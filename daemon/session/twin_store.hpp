// STATE/twins/INSTANCE.toml: the native twins that frank-launcher keeps for us.
#pragma once

#include "daemon/plan/accel.hpp"

#include <string>
#include <vector>

namespace frank::session {

class TwinStore {
  public:
    /// Makes the directory where it is missing, and reads what is there; what is torn or foreign is set
    /// aside.
    explicit TwinStore(const std::string &state);

    /// On disk when it returns.
    void save(const plan::Twins &twins);
    void remove(const plan::Twins &twins);

    const std::vector<plan::Twins> &all() const { return all_; }
    /// nullptr where there are none; valid until the next save() or remove().
    const plan::Twins *find(const std::string &digest) const;
    /// The newest that are whole.
    const plan::Twins *newest(const std::string &suite, plan::Arch arch) const;

  private:
    std::string directory_;
    std::vector<plan::Twins> all_;
};

} // namespace frank::session
