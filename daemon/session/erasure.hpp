// The way back: a stopped instance's tree and settings go. A directory used in place is only forgotten.
#pragma once

#include "daemon/session/launch_call.hpp"
#include "daemon/session/workshop.hpp"

namespace frank::session {

class Erasure {
  public:
    /// `done` may destroy the Erasure. When it is told a refusal, the settings are still on disk.
    Erasure(Context &context, plan::SessionSettings settings, Ledger::Done done);
    void begin();

  private:
    void drop_binds();
    void drop();
    void dropped(const plan::LaunchReply &reply);
    void empty();
    void finish(plan::Result<void> result);

    Context &context_;
    plan::SessionSettings settings_;
    Ledger::Done done_;
    bool emptied_ = false;
    std::unique_ptr<LaunchCall> call_;
    std::unique_ptr<Workshop> workshop_;
};

} // namespace frank::session
