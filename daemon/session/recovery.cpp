// What a frankend before left: sessions that run are taken up again, what it had begun is undone or finished.
#include "daemon/session/binds.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/ledger_impl.hpp"
#include "daemon/session/log.hpp"

#include <algorithm>

namespace frank::session {

void Ledger::Impl::recover() {
    context.runtime.remove_workshops(); // each ended with its frankend
    recover_jobs();
    for (plan::SessionSettings &settings : context.settings.load()) {
        const std::string name = settings.name.str();
        sessions.emplace(name, std::make_unique<Session>(context, std::move(settings)));
        context.news.session_added(name);
    }
    forget_committed();
    for (const auto &entry : sessions)
        guarded([&] { recover_session(*entry.second); },
                [&](const plan::Refusal &why) {
                    log_of(entry.first).error("session {}: {}", entry.first, why.message);
                });
    for (const std::string &name : context.runtime.sessions())
        if (find(name) == nullptr)
            guarded([&] { end_stranger(name); },
                    [&](const plan::Refusal &why) {
                        log_of(name).error("unknown session {}: {}", name, why.message);
                    });
    // Commands of sessions that are found are told of by their frank-init.
    for (const JobId id : context.jobs.ids()) {
        const Job &job = *context.jobs.find(id);
        const Session *session = find(job.session);
        if (!job.ended_already() && (session == nullptr || session->state() == SessionState::stopped))
            context.jobs.end(id, JobState::killed, 9,
                             {Error::failed, "the session ended while frankend was away"});
    }
    collect_twins(true);
    collect_caches();
    collect_layers();
}

/// Throw-away ones whose tree is another's by now.
void Ledger::Impl::forget_committed() {
    std::vector<std::string> gone;
    for (const auto &one : sessions) {
        const plan::SessionSettings &settings = one.second->settings();
        const auto has_its_tree = [&](const auto &other) {
            return other.second->settings().instance == settings.instance;
        };
        if (settings.layers.throw_away && std::ranges::count_if(sessions, has_its_tree) > 1)
            gone.push_back(one.first);
    }
    for (const std::string &name : gone)
        guarded(
            [&] {
                context.settings.remove(name);
                drop(name);
            },
            [&](const plan::Refusal &why) { log_of(name).error("session {}: {}", name, why.message); });
}

void Ledger::Impl::recover_jobs() {
    for (Job &job : context.job_files.load()) {
        const JobId id = job.id;
        const bool operation = job.kind != JobKind::command;
        context.jobs.restore(std::move(job));
        if (operation)
            context.jobs.end(
                id, JobState::failed, 0,
                {Error::failed, "frankend was restarted: what was begun is undone, or a deletion finished"});
    }
}

void Ledger::Impl::recover_session(Session &session) {
    const auto running = context.runtime.sessions();
    const bool over = session.settings().layers.throw_away && !recover_throw_away(session);
    const bool unfinished = !session.settings().complete || session.settings().doomed || over;
    if (std::ranges::find(running, session.name()) != running.end()) {
        const auto record = context.runtime.record(session.name());
        session.adopt(record.value_or(RunningRecord{}), unfinished || !record);
    }
    if (unfinished)
        return begin_destruction(session, 0);
    if (session.state() == SessionState::stopped)
        session.binds().recover();
}

void Ledger::Impl::end_stranger(const std::string &name) {
    auto stranger = std::make_unique<Stranger>(context, name, [this, name] {
        context.mailbox.post(Task([this, name] { strangers_.erase(name); }));
    });
    if (!stranger->begin())
        return;
    log_of(name).warn("session {} runs and is not known: it is ended", name);
    strangers_.emplace(name, std::move(stranger));
}

} // namespace frank::session
