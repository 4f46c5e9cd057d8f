// One question to frank-launcher that is answered by its reply alone: make, adopt or drop a tree. Answered
// once, in time or with ETIMEDOUT.
#pragma once

#include "daemon/session/context.hpp"

namespace frank::session {

class LaunchCall {
  public:
    /// `done` may destroy the LaunchCall.
    LaunchCall(Context &context, const plan::LaunchRequest &request, std::span<const int> fds,
               Machine::Launched done);

  private:
    void answer(const plan::LaunchReply &reply);

    Machine::Launched done_;
    sys::EventSource deadline_;
    std::unique_ptr<Launch> launch_;
};

} // namespace frank::session
