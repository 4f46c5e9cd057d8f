// Session: what it may take of this machine, and what it takes.
#include "daemon/session/session.hpp"

#include <csignal>
#include <sys/wait.h>

namespace frank::session {

namespace {

/// How a process ends that the kernel takes for want of memory; a shell that waited for it exits with 128
/// more.
bool looks_like_oom(int wait_status) {
    return (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL) ||
           (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 128 + SIGKILL);
}

} // namespace

void Session::tell_later(Ledger::Done done, plan::Result<void> result) {
    context_.mailbox.post(Task([done = std::move(done), result = std::move(result)] { done(result); }));
}

void Session::keep_limits(const plan::ResourceLimits &limits) {
    plan::SessionSettings settings = settings_;
    settings.limits = limits;
    store(std::move(settings));
    context_.news.session_changed(name());
}

void Session::set_limits(const plan::ResourceLimits &limits, Ledger::Done done) {
    if (override_ || state_ == SessionState::starting || state_ == SessionState::stopping)
        return tell_later(
            std::move(done),
            plan::refuse(Error::invalid_state, "session " + name() + " is " + std::string(to_text(state()))));
    if (state_ == SessionState::stopped) { // they are tried at its next start
        keep_limits(limits);
        return tell_later(std::move(done), {});
    }
    const auto set = [this, limits, done](const plan::Result<plan::ResourceReport> &report) {
        if (!report)
            return tell_later(done, tl::unexpected(report.error()));
        if (report->error != 0)
            return tell_later(
                done, plan::refuse(Error::failed, "session " + name() + ": " +
                                                      plan::limit_failure(report->failed, report->error)));
        keep_limits(limits);
        tell_later(done, {});
    };
    if (!guest_->ask({1, {}, limits}, set))
        tell_later(std::move(done),
                   plan::refuse(Error::busy, "session " + name() + " cannot be asked: try again"));
}

void Session::measure_use(Ledger::UseDone done) {
    const auto told = [this, done](const plan::Result<plan::ResourceReport> &report) {
        context_.mailbox.post(Task([done, report] { done(report); }));
    };
    if (state_ != SessionState::running)
        return told(
            plan::refuse(Error::invalid_state, "session " + name() + " is " + std::string(to_text(state()))));
    if (!guest_->ask({}, told))
        told(plan::refuse(Error::busy, "session " + name() + " cannot be asked: try again"));
}

/// Whether the kernel ended it for want of memory is in the session's counts alone: one more than was known.
/// Where two end at once, both may be said to.
bool Session::ask_of_memory(JobId id, int wait_status) {
    if (settings_.limits.of(plan::Resource::memory) == 0 || !looks_like_oom(wait_status) ||
        cancels_.contains(id))
        return false;
    return guest_ &&
           guest_->ask({}, [this, id, wait_status](const plan::Result<plan::ResourceReport> &report) {
               const bool more = report && report->use.oom_kills > oom_kills_;
               if (more)
                   oom_kills_ = report->use.oom_kills;
               conclude(id, wait_status, more);
           });
}

plan::Breakage Session::out_of_memory() const {
    const std::uint64_t most = settings_.limits.of(plan::Resource::memory);
    return {"out-of-memory",
            "out of memory: the kernel ended it (or a process of its) at the session's limit of " +
                plan::amount_text(plan::Resource::memory, most) + "; raise it: frankctl limit " + name() +
                " memory=" + std::to_string(2 * most / (std::uint64_t{1} << 20)) + "M"};
}

} // namespace frank::session
