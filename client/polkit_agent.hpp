// polkit's own agent for a terminal, which asks for the password that a call needs. Touches no D-Bus itself.
#pragma once

#include "client/command.hpp"
#include "client/failure.hpp"

#include <sys/types.h>

namespace frank::client {

/// Lives while the agent is registered for this process. Where pkttyagent is not installed it does nothing: a
/// graphical agent may be there.
class PolkitAgent {
  public:
    PolkitAgent();
    PolkitAgent(const PolkitAgent &) = delete;
    PolkitAgent &operator=(const PolkitAgent &) = delete;
    ~PolkitAgent();

  private:
    pid_t pid_ = -1;
};

/// Does `call(interactive)`, at first with interactive false: what policy allows anyway costs no agent. Where
/// it is refused and somebody is there to type, once more with an agent and interactive true.
template <class Call> auto authorised(const Globals &globals, const Call &call) {
    if (!globals.may_ask())
        return call(false);
    try {
        return call(false);
    } catch (const Failure &failure) {
        if (!failure.is(Error::not_authorized))
            throw;
    }
    const PolkitAgent agent;
    return call(true);
}

} // namespace frank::client
