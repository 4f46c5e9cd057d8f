// Who says yes. An interface, so that the doors do not know polkit.
#pragma once

#include "daemon/bus/caller.hpp"
#include "daemon/plan/result.hpp"

#include <functional>
#include <map>
#include <string>

namespace frank::bus {

struct Question {
    Caller caller;
    std::string action;
    std::map<std::string, std::string>
        details;              ///< for an administrator's rules and the message that is shown
    bool interactive = false; ///< may the user be asked for a password?
};

class Authority {
  public:
    using Verdict = std::function<void(plan::Result<void>)>;
    virtual ~Authority() = default;

    /// `verdict` is called once: at once where there is no need to wait, else from the event loop. Whatever
    /// goes wrong is a refusal.
    virtual void check(Question question, Verdict verdict) = 0;
};

} // namespace frank::bus
