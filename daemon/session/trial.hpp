// Tries by doing, for Diagnose: a throw-away session without a tree for each architecture, in which the
// built-in probe program runs. What it shows holds for real sessions: they are made by the same launcher,
// from the same plan.
#pragma once

#include "daemon/session/findings.hpp"
#include "daemon/session/workshop.hpp"

#include <memory>
#include <vector>

namespace frank::session {

class Trial {
  public:
    /// `done` is called once, from the event loop, and may destroy the Trial.
    Trial(Context &context, std::vector<plan::Arch> arches, std::function<void(std::vector<Finding>)> done);

  private:
    void next();
    void ran(plan::Arch arch, const plan::Result<void> &result, const TreeReport &report);

    Context &context_;
    std::vector<plan::Arch> arches_; ///< still to be tried, last first
    std::function<void(std::vector<Finding>)> done_;
    std::vector<Finding> findings_;
    bool memory_told_ = false;
    std::unique_ptr<Workshop> workshop_;
    sys::EventSource source_;
};

} // namespace frank::session
