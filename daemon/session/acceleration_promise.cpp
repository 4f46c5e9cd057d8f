// Acceleration: what was asked for when the session was created, and what it would take.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"
#include "daemon/session/state_files.hpp"

namespace frank::session {

Acceleration::Ears ears_of(Context &context, JobId job) {
    return {[&context, job](const Progress &progress) { context.jobs.progress(job, progress); },
            [&context, job](const plan::Result<void> &result) {
                const bool cancelled = !result && result.error().error == Error::cancelled;
                context.jobs.end(job,
                                 result      ? JobState::exited
                                 : cancelled ? JobState::cancelled
                                             : JobState::failed,
                                 0, result ? plan::Refusal{} : result.error());
            }};
}

plan::Result<std::string> Acceleration::offer() const {
    const plan::Arch arch = session_.settings().arch;
    if (context_.machine.runs(arch))
        return plan::refuse(Error::invalid_state, "programs of session " + session_.name() +
                                                      " run here by themselves: nothing is emulated");
    const std::string debian(plan::info(arch).debian);
    if (plan::gnu_triplet(arch).empty())
        return plan::refuse(Error::unsupported_architecture,
                            "Debian has no cross compiler for " + debian + ": its programs stay emulated");
    if (record_.suite.empty())
        return plan::refuse(Error::invalid_state,
                            "native twins can be made for a Debian alone, and session " + session_.name() +
                                " is not known to be one");
    if (context_.twins.newest(record_.suite, arch) != nullptr)
        return std::string("a minute or two, no download");
    if (context_.machine.has_cross_tools(record_.suite, arch))
        return "some minutes, no download: this machine's own tools, some 200 MB on disk, once for " +
               record_.suite + " and " + debian;
    return "a download, some 200 MB on disk, once for " + record_.suite + " and " + debian +
           ", and some minutes";
}

void Acceleration::promise(plan::AccelWish wish, const std::string &suite) {
    record_.suite = suite;
    const plan::Twins *there = context_.twins.newest(suite, session_.settings().arch);
    const bool at_hand =
        there != nullptr || context_.machine.has_cross_tools(record_.suite, session_.settings().arch);
    const bool wanted = wish == plan::AccelWish::on || (wish == plan::AccelWish::automatic && at_hand);
    if (wanted && offer()) {
        record_.on = record_.todo = true;
        record_.twins = there == nullptr ? "" : there->digest; // and so they stay until then
    }
    if (!record_.suite.empty()) // else there is nothing to remember
        save();
}

/// As when somebody asks for it: a job, which can be looked at and cancelled.
void Acceleration::keep_promise() {
    guarded(
        [this] {
            Job job;
            job.id = context_.job_files.next_id();
            job.kind = JobKind::accelerate;
            job.session = session_.name();
            job.owner = session_.settings().owner;
            job.description = "accelerate " + session_.name();
            job.has_log = true;
            job.started = wall_clock();
            const JobId id = job.id;
            sys::Fd log(context_.job_files.create_log(id));
            context_.jobs.add(std::move(job));
            AccelOrder order;
            order.fetch = false; // what is at hand
            turn_on(std::move(order), std::move(log), ears_of(context_, id));
        },
        [this](const plan::Refusal &why) {
            log_of(session_.name())
                .warn("session {} runs without its twins: {}", session_.name(), why.message);
        });
}

} // namespace frank::session
