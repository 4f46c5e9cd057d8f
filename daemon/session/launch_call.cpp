#include "daemon/session/launch_call.hpp"

namespace frank::session {

LaunchCall::LaunchCall(Context &context, const plan::LaunchRequest &request, std::span<const int> fds,
                       Machine::Launched done)
    : done_(std::move(done)) {
    deadline_ = context.loop.after(context.patience.storage, [this] {
        plan::LaunchReply late;
        late.rung = plan::Rung::request;
        late.error = ETIMEDOUT;
        answer(late);
    });
    launch_ = context.machine.launch(request, fds, [this](const plan::LaunchReply &reply) { answer(reply); });
}

void LaunchCall::answer(const plan::LaunchReply &reply) {
    deadline_.reset();
    const auto done = std::move(done_);
    const plan::LaunchReply copy = reply;
    done(copy);
}

} // namespace frank::session
