// polkit's word, asked for without waiting. The subject is the caller's unique bus name, never a pid; any
// error, silence, and a caller that leaves are a no. A uid has few questions with polkit at once, and the
// rest wait in turn.
#pragma once

#include "daemon/bus/authority.hpp"
#include "daemon/bus/peer_watch.hpp"
#include "daemon/bus/quota.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

namespace frank::bus {

class PolkitAuthority final : public Authority {
  public:
    struct Patience {
        std::chrono::seconds user{120};   ///< with a user to type a password
        std::chrono::seconds machine{20}; ///< with nobody to ask; less than callers wait (sd-bus: 25 s)
    };

    /// `connection` and `bus` are not owned and outlive this. `at_once`: questions of one uid.
    PolkitAuthority(sdbus::IConnection &connection, sd_bus *bus, std::uint32_t at_once, Patience patience);

    void check(Question question, Verdict verdict) override;

  private:
    struct Pending {
        Question question;
        Verdict verdict;
        std::unique_ptr<PeerWatch> watch;
        Quota::Place place; ///< nothing: polkit has not been asked yet
        sdbus::PendingAsyncCall call;
    };

    void try_to_ask(std::uint64_t id);
    void ask(std::uint64_t id, Pending &pending);
    void answered(std::uint64_t id, const contract::AsyncError &error, bool authorised, bool challenge);
    void caller_left(std::uint64_t id);
    void settle(std::uint64_t id, plan::Result<void> result);
    void withdraw(std::uint64_t id);

    sd_bus *bus_;
    Patience patience_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    Quota with_polkit_;
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, Pending> pending_; ///< in the order in which they came
};

} // namespace frank::bus
