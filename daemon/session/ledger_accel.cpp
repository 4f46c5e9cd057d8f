// The ledger: native speed.
#include "daemon/session/breakage.hpp"
#include "daemon/session/ledger_impl.hpp"

#include <algorithm>

namespace frank::session {

plan::Result<JobId> Ledger::accelerate(const std::string &name, const AccelOrder &order,
                                       std::uint32_t caller) {
    if (order.again && !order.classes.empty())
        return plan::refuse(Error::invalid_argument, "all classes that are on are verified: give none");
    if (order.again && order.source)
        return plan::refuse(Error::invalid_argument, "tools from a directory are verified as they come: "
                                                     "give that without verify");
    return impl_->accelerate(name, order, caller);
}

plan::Result<void> Ledger::emulate(const std::string &name, const plan::ToolClasses &classes) {
    Session *session = impl_->find(name);
    return session == nullptr ? plan::refuse(Error::no_such_session, "there is no session " + name)
                              : session->acceleration().turn_off(classes);
}

std::vector<AccelRow> Ledger::acceleration(const std::string &name) {
    Session *session = impl_->find(name);
    return session == nullptr ? std::vector<AccelRow>() : session->acceleration().rows();
}

Calls Ledger::calls_of(JobId id) {
    const Job *job = find_job(id);
    if (job == nullptr)
        return {};
    Session *session = impl_->find(job->session);
    if (job->ended_already() || job->kind != JobKind::command || session == nullptr)
        return job->calls;
    return session->acceleration().calls_of(job->group);
}

plan::Result<JobId> Ledger::Impl::accelerate(const std::string &name, AccelOrder order,
                                             std::uint32_t caller) {
    Session *session = find(name);
    if (session == nullptr)
        return plan::refuse(Error::no_such_session, "there is no session " + name);
    const plan::Arch arch = session->settings().arch;
    if (context.machine.runs(arch))
        return plan::refuse(Error::invalid_state,
                            "programs of session " + name + " run here by themselves: nothing is emulated");
    if (plan::gnu_triplet(arch).empty())
        return plan::refuse(Error::unsupported_architecture, "Debian has no cross compiler for " +
                                                                 std::string(plan::info(arch).debian) +
                                                                 ": its programs stay emulated");
    if (session->acceleration().busy())
        return plan::refuse(Error::busy, "session " + name + " is being accelerated already");
    if (auto may = may_run_job(caller); !may)
        return tl::unexpected(may.error());
    plan::Result<JobId> result = JobId{0};
    guarded(
        [&] {
            result = add_job(JobKind::accelerate, session->settings().name, caller,
                             (order.again ? "verify the twins of " : "accelerate ") + name, true);
            const auto log = std::make_shared<sys::Fd>(context.job_files.create_log(*result));
            if (session->state() != SessionState::running)
                session->acceleration().expect_order();
            session->start([this, name, order, job = *result, log](const plan::Result<void> &started) {
                begin_acceleration(name, order, job, std::move(*log), started);
            });
        },
        [&](plan::Refusal why) {
            context.jobs.end(*result, JobState::failed, 0, why);
            result = tl::unexpected(std::move(why));
        });
    return result;
}

void Ledger::Impl::begin_acceleration(const std::string &name, const AccelOrder &order, JobId job,
                                      sys::Fd log, const plan::Result<void> &started) {
    Acceleration::Ears ears = ears_of(context, job);
    Session *session = find(name);
    if (!started)
        return ears.done(started);
    if (session == nullptr || session->acceleration().busy())
        return ears.done(
            plan::refuse(Error::invalid_state, "session " + name + " is not as it was any more"));
    session->acceleration().turn_on(order, std::move(log), std::move(ears));
}

} // namespace frank::session
