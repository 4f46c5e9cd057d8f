// How a creation or destruction came out.
#pragma once

#include "daemon/session/job.hpp"

#include <functional>

namespace frank::session {

struct Outcome {
    bool kept = true; ///< the session stays
    JobState state = JobState::exited;
    plan::Refusal why{};
};

/// The last call of an operation, which may be destroyed in it.
using Finished = std::function<void(const Outcome &)>;

} // namespace frank::session
