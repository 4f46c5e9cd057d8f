// Some programs are known to hang in emulation, and nobody looks at a build that says nothing. A job is
// measured every few minutes while it runs; where nothing runs, nothing is done.
#include "daemon/session/session.hpp"

#include "daemon/session/log.hpp"
#include <algorithm>
#include <unistd.h>

namespace frank::session {

std::chrono::milliseconds Session::hang_patience() const {
    return context_.patience.hang.value_or(std::chrono::seconds(context_.config.limits.hang_seconds));
}

void Session::watch(JobId id) {
    const Job *job = context_.jobs.find(id);
    if (job == nullptr || job->has_terminal || context_.machine.runs(settings_.arch))
        return;
    watched_[id].next = context_.loop.after(hang_patience(), [this, id] {
        if (guest_)
            (void)guest_->send(plan::InitType::measure, id);
    });
}

void Session::measured(const plan::InitHeader &answer) {
    const auto found = watched_.find(answer.job);
    if (found == watched_.end())
        return;
    using Seconds = std::chrono::seconds;
    const auto seconds = std::chrono::duration_cast<Seconds>(hang_patience()).count();
    const plan::JobMeasure now{answer.a, answer.b};
    Watch &watched = found->second;
    const bool idle = watched.last && plan::is_idle(*watched.last, now, std::max<std::int64_t>(seconds, 1),
                                                    ::sysconf(_SC_CLK_TCK));
    watched.idle = idle ? watched.idle + 1 : 0;
    watched.last = now;
    auto hang = idle ? plan::hang_of(now.programs, watched.idle * seconds) : std::nullopt;
    if (hang)
        add_advice(*hang);
    if (hang && watched.idle == 1)
        log_of(name(), answer.job).warn("session {}: job {}: {}", name(), answer.job, hang->line);
    context_.jobs.suspect(answer.job, hang.value_or(plan::Breakage{}));
    watch(answer.job);
}

} // namespace frank::session
