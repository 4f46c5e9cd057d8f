// What every object of the room is given, and the one way that every call goes: unmarshal, check the
// arguments, look up, ask, look up again, act, reply. What waits for an answer is owned by value and holds no
// object of the bus.
#pragma once

#include "daemon/bus/actions.hpp"
#include "daemon/bus/authority.hpp"
#include "daemon/bus/boundary.hpp"
#include "daemon/bus/quota.hpp"
#include "daemon/session/ledger.hpp"

#include <functional>
#include <map>
#include <string>

namespace frank::bus {

/// A call whose arguments are checked and whose object is known.
struct Call {
    MethodRule rule;
    Caller caller;
    bool own; ///< does what it is about belong to the caller?
    bool interactive;
    std::map<std::string, std::string> details;
};

class Door {
  public:
    Door(session::Ledger &ledger, Authority &authority, Callers &callers, Quota calls)
        : ledger_(ledger), authority_(authority), callers_(callers), calls_(std::move(calls)) {}

    session::Ledger &ledger() { return ledger_; }
    Callers &callers() { return callers_; }

    /// Throw NoSuchSession, NoSuchJob.
    session::SessionView session(const std::string &name) const;
    const session::Job &job(session::JobId id) const;

    /// Asks, then acts. `act` must look up again what may have changed meanwhile; what it throws is the
    /// reply.
    template <class... Values>
    void pass(const Call &call, const Reply<Values...> &reply, std::function<void()> act) {
        reply.keep(accept(calls_.take(call.caller.uid)));
        decide(call, [reply, act = std::move(act)](const plan::Result<void> &verdict) {
            guarded(reply, [&] {
                accept(verdict);
                act();
            });
        });
    }

  private:
    void decide(const Call &call, Authority::Verdict verdict);

    session::Ledger &ledger_;
    Authority &authority_;
    Callers &callers_;
    Quota calls_; ///< that wait for their answer
};

/// For the ledger's callbacks: gives the reply, or the refusal.
inline auto answer(const Reply<> &reply) {
    return [reply](const plan::Result<void> &result) {
        guarded(reply, [&] {
            accept(result);
            reply.send();
        });
    };
}

} // namespace frank::bus
