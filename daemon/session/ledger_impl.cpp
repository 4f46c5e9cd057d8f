#include "daemon/session/ledger_impl.hpp"

#include "daemon/session/acceleration.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/landlock.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>

namespace frank::session {

namespace {

constexpr std::size_t max_described = 120;
/// After a restart a workshop of the frankend before may still hold the tree for a moment.
constexpr int recovery_tries = 5;

std::string described(const plan::CreateRequest &request) {
    const std::string from =
        request.kind == plan::RootKind::debian ? "debian:" + request.suite : request.source;
    return "create " + request.name.str() + " from " + plan::printable(from, max_described);
}

} // namespace

Ledger::Impl::Impl(sys::EventLoop &loop, const plan::Config &config, const Directories &directories,
                   Machine &machine, Patience patience, Catalogue catalogue)
    : context{loop,
              config,
              machine,
              patience,
              SettingsStore(directories.state),
              RuntimeStore(directories.runtime, kernel_boot_id()),
              JobStore(directories.state, directories.runtime, kernel_boot_id()),
              Mailbox(loop),
              News(),
              JobTable(context.job_files, context.news, context.mailbox, config.limits.finished_jobs),
              network_of(config.defaults.network),
              std::move(catalogue),
              0,
              HostTable(loop, machine, config, directories.state),
              TwinStore(directories.state),
              CacheStore(directories.state),
              LayerStore(directories.state)} {
    machine.watch_emulators([this] { emulators_changed(); });
}

Session *Ledger::Impl::find(const std::string &name) {
    const auto found = sessions.find(name);
    return found == sessions.end() ? nullptr : found->second.get();
}

const Session *Ledger::Impl::find(const std::string &name) const {
    const auto found = sessions.find(name);
    return found == sessions.end() ? nullptr : found->second.get();
}

JobId Ledger::Impl::add_job(JobKind kind, const plan::SessionName &name, std::uint32_t owner,
                            std::string description, bool log) {
    Job job;
    job.id = context.job_files.next_id();
    job.kind = kind;
    job.session = name.str();
    job.owner = owner;
    job.description = std::move(description);
    job.has_log = log;
    job.started = wall_clock();
    const JobId id = job.id;
    context.jobs.add(std::move(job));
    return id;
}

plan::Result<JobId> Ledger::Impl::create(const plan::CreateRequest &request, GivenFiles given) {
    if (const auto may = may_create(request, given); !may)
        return tl::unexpected(may.error());
    const std::string name = request.name.str();
    plan::Result<JobId> result;
    guarded(
        [&] {
            const auto settings = new_settings(request);
            if (!settings) {
                result = tl::unexpected(settings.error());
                return;
            }
            context.settings.save(*settings); // before anything is made: what a crash leaves is found by it
            if (given.emulator)
                context.settings.save_emulator(name, given.emulator);
            auto made = std::make_unique<Session>(context, *settings, SessionState::creating);
            Session &session = *sessions.emplace(name, std::move(made)).first->second;
            context.news.session_added(name);
            result = add_job(JobKind::create, request.name, request.owner, described(request), true);
            sys::Fd log = context.job_files.create_log(*result);
            auto creation =
                std::make_unique<Creation>(context, session, request, std::move(given), std::move(log),
                                           *result, [this, name, job = *result](const Outcome &outcome) {
                                               bury(creations_, name);
                                               finished(name, job, outcome);
                                           });
            creations_.emplace(name, std::move(creation)).first->second->begin();
        },
        [&](plan::Refusal why) {
            if (result)
                context.jobs.end(*result, JobState::failed, 0, why);
            guarded([&] { context.settings.remove(name); },
                    [](const plan::Refusal &) {}); // of no use, and incomplete
            drop(name);
            result = tl::unexpected(std::move(why));
        });
    return result;
}

plan::Result<JobId> Ledger::Impl::destroy(const std::string &name, bool force, std::uint32_t caller) {
    Session *session = find(name);
    if (session == nullptr)
        return plan::refuse(Error::no_such_session, "there is no session " + name);
    const SessionState state = session->state();
    if (state == SessionState::creating)
        return plan::refuse(Error::busy, "session " + name + " is being created: cancel that job instead");
    if (state == SessionState::destroying)
        return plan::refuse(Error::busy, "session " + name + " is being destroyed already");
    if (!force && (state == SessionState::running || state == SessionState::starting))
        return plan::refuse(Error::busy, "session " + name + " is " + std::string(to_text(state)) +
                                             ": stop it first, or use --force");
    if (const auto may = session->may_change(); !may)
        return tl::unexpected(may.error());
    if (tops_.contains(name) || committing_.contains(name))
        return plan::refuse(Error::busy, "a snapshot of session " + name + " is being made: try again");
    plan::Result<JobId> result = JobId{0};
    guarded(
        [&] {
            result = add_job(JobKind::destroy, session->settings().name, caller, "destroy " + name, false);
            begin_destruction(*session, *result);
        },
        [&](plan::Refusal why) {
            context.jobs.end(*result, JobState::failed, 0, why);
            destructions_.erase(name);
            result = tl::unexpected(std::move(why));
        });
    return result;
}

void Ledger::Impl::begin_destruction(Session &session, JobId job) {
    const std::string name = session.name();
    const int tries = job == 0 ? recovery_tries : 1;
    auto destruction =
        std::make_unique<Destruction>(context, session, tries, [this, name, job](const Outcome &outcome) {
            bury(destructions_, name);
            finished(name, job, outcome);
        });
    destructions_.insert_or_assign(name, std::move(destruction)).first->second->begin();
}

void Ledger::Impl::finished(const std::string &name, JobId job, const Outcome &outcome) {
    // First the session, then the job: whoever waits for the job finds the name free again.
    if (!outcome.kept)
        drop(name);
    context.jobs.end(job, outcome.state, 0, outcome.why);
    collect_twins(false);
    collect_caches();
    collect_layers();
}

void Ledger::Impl::drop(const std::string &name) {
    const auto found = sessions.find(name);
    if (found == sessions.end())
        return;
    const std::uint32_t owner = found->second->settings().owner;
    sessions.erase(found);
    context.news.session_removed(name, owner);
}

plan::Result<void> Ledger::Impl::cancel(const Job &job) {
    switch (job.kind) {
    case JobKind::command: {
        Session *session = find(job.session);
        if (session == nullptr)
            break;
        return session->cancel(job.id);
    }
    case JobKind::create: {
        const auto found = creations_.find(job.session);
        if (found == creations_.end())
            break;
        found->second->cancel();
        return {};
    }
    case JobKind::accelerate:
        if (Session *session = find(job.session); session != nullptr && session->acceleration().busy()) {
            session->acceleration().cancel();
            return {};
        }
        break;
    case JobKind::destroy:
        return plan::refuse(Error::invalid_state,
                            "a deletion that was begun is finished: it cannot be cancelled");
    }
    return plan::refuse(Error::invalid_state, "job " + std::to_string(job.id) + " is ending already");
}

void Ledger::Impl::spawn(const std::string &name, SpawnOrder order) {
    plan::Result<void> may = may_run_job(order.caller);
    Session *session = find(name);
    if (session == nullptr)
        may = plan::refuse(Error::no_such_session, "there is no session " + name);
    if (may && order.request.throw_away)
        return spawn_throw_away(name, std::move(order));
    if (may && session->settings().layers.throw_away)
        return spawn_and_watch(*session, std::move(order));
    if (may)
        return session->spawn(std::move(order));
    context.mailbox.post(
        Task([done = std::move(order.done), why = may.error()] { done(tl::unexpected(why)); }));
}

plan::Result<Session *> Ledger::Impl::session_of_command(JobId id) {
    const Job *job = context.jobs.find(id);
    if (job == nullptr)
        return plan::refuse(Error::no_such_job, "there is no job " + std::to_string(id));
    if (job->ended_already())
        return plan::refuse(Error::invalid_state, "job " + std::to_string(id) + " has ended already");
    Session *session = find(job->session);
    if (job->kind != JobKind::command || session == nullptr)
        return plan::refuse(Error::invalid_state,
                            "job " + std::to_string(id) + " is no command: it can only be cancelled");
    return session;
}

bool Ledger::Impl::idle() const {
    return creations_.empty() && destructions_.empty() && tops_.empty() && makings_.empty() &&
           committing_.empty() && strangers_.empty() && context.mailbox.empty() &&
           !context.jobs.any_running() &&
           std::ranges::all_of(sessions, [](const auto &entry) { return entry.second->idle(); });
}

} // namespace frank::session
