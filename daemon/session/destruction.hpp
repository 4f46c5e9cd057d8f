// A session goes: it is marked, ended, emptied, forgotten. What could not be finished is taken up again after
// a restart.
#pragma once

#include "daemon/session/erasure.hpp"
#include "daemon/session/outcome.hpp"
#include "daemon/session/session.hpp"

namespace frank::session {

class Destruction {
  public:
    /// `tries`: how often the session is tried to be ended and its tree to be removed.
    Destruction(Context &context, Session &session, int tries, Finished finished)
        : context_(context), session_(session), tries_(tries), finished_(std::move(finished)) {}

    /// On breakage nothing has changed.
    void begin();

  private:
    void halt();
    void halted(const plan::Result<void> &result);
    void erase();
    void erased(const plan::Result<void> &result);
    void end(const plan::Result<void> &result);

    Context &context_;
    Session &session_;
    int tries_;
    Finished finished_;
    std::unique_ptr<Erasure> erasure_;
    sys::EventSource retry_;
};

} // namespace frank::session
