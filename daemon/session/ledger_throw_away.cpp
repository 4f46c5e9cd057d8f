// The ledger: sessions that go with their last command, and what becomes of one that is to stay.
#include "daemon/session/breakage.hpp"
#include "daemon/session/ledger_impl.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>

namespace frank::session {

plan::Result<Session *> Ledger::Impl::ground_of(const std::string &name) {
    Session *session = find(name);
    if (session == nullptr)
        return plan::refuse(Error::no_such_session, "there is no session " + name);
    if (session->settings().layers.throw_away)
        return plan::refuse(Error::invalid_state,
                            "session " + name + " is a throw-away one already: leave --ephemeral out");
    if (const SessionState state = session->state(); state != SessionState::stopped)
        return plan::refuse(Error::busy, "session " + name + " is " + std::string(to_text(state)) +
                                             ", and a throw-away one must not see it change: stop it first, "
                                             "or make one of a clone");
    if (const auto may = session->may_be_used(); !may)
        return tl::unexpected(may.error());
    return session;
}

/// NAME@ID, with five characters of a random name.
plan::Result<plan::SessionName> Ledger::Impl::passing_name(const std::string &name) const {
    constexpr std::size_t length = 5;
    std::string own;
    do
        own = name + "@" + plan::to_text(new_instance()).substr(0, length);
    while (find(own) != nullptr);
    return plan::SessionName::parse_any(own);
}

void Ledger::Impl::spawn_throw_away(const std::string &name, SpawnOrder order) {
    const auto held = std::make_shared<SpawnOrder>(std::move(order)); // std::function copies, it does not
    const auto refuse = [this, held](const plan::Refusal &why) {
        context.mailbox.post(Task([held, why] { held->done(tl::unexpected(why)); }));
    };
    const auto ground = ground_of(name);
    if (!ground)
        return refuse(ground.error());
    const plan::SessionSettings &of = (*ground)->settings();
    const auto own_name = passing_name(name);
    if (!own_name)
        return refuse(own_name.error());
    if (const auto may = may_have(own_name->str(), held->caller); !may)
        return refuse(may.error());
    const auto derived =
        derive(**ground, *own_name, of.owner, of.layers.untouched ? of.layers.base : of.instance);
    if (!derived)
        return refuse(derived.error());
    plan::Result<void> settled;
    guarded([&, session = *derived] { session->become_throw_away(of.binds); },
            [&](plan::Refusal why) { settled = tl::unexpected(std::move(why)); });
    if (!settled) {
        guarded([&, session = *derived] { begin_destruction(*session, 0); }, [](const plan::Refusal &) {});
        return refuse(settled.error());
    }
    make_layer(**derived, [this, own = own_name->str(), held, refuse](const plan::Result<void> &made) {
        Session *session = find(own);
        if (!made || session == nullptr)
            return refuse(made ? plan::Refusal{Error::failed, "session " + own + " is gone"} : made.error());
        spawn_and_watch(*session, std::move(*held));
    });
}

/// Its end, or that it could not begin, may be the session's.
void Ledger::Impl::spawn_and_watch(Session &session, SpawnOrder order) {
    order.done = [this, name = session.name(), done = std::move(order.done)](plan::Result<Spawned> result) {
        if (result)
            watch_job(name, result->job);
        else
            last_one_out(name);
        done(std::move(result));
    };
    session.spawn(std::move(order));
}

void Ledger::Impl::watch_job(const std::string &name, JobId job) {
    context.jobs.wait(job, [this, name](const Job &) { last_one_out(name); });
}

void Ledger::Impl::last_one_out(const std::string &name) {
    Session *session = find(name);
    if (session == nullptr || !session->settings().layers.throw_away || committing_.contains(name) ||
        destructions_.contains(name) || session->awaits_jobs() || !context.jobs.running_in(name).empty())
        return;
    session->leave_ground();
    context.mailbox.post(Task([this, name] {
        Session *there = find(name);
        if (there != nullptr && !destructions_.contains(name))
            guarded([&] { begin_destruction(*there, 0); }, [](const plan::Refusal &) {});
    }));
}

/// Those that a frankend before had. True: it goes on.
bool Ledger::Impl::recover_throw_away(const Session &session) {
    const auto jobs = context.jobs.running_in(session.name());
    for (const JobId job : jobs)
        watch_job(session.name(), job);
    return !jobs.empty();
}

void Ledger::Impl::commit(const std::string &name, const plan::SessionName &new_name, const Done &done) {
    Session *session = find(name);
    if (session == nullptr)
        return later(done, plan::refuse(Error::no_such_session, "there is no session " + name));
    const plan::SessionSettings &settings = session->settings();
    if (!settings.layers.throw_away)
        return later(done, plan::refuse(Error::invalid_state,
                                        "session " + name +
                                            " stays anyhow: \"frankctl clone\" makes another one of it"));
    if (settings.disk_ids != plan::DiskIds::foreign)
        return later(done, plan::refuse(Error::invalid_state,
                                        "session " + name +
                                            " lies over a directory that is used in place, which others may "
                                            "change: it cannot be kept"));
    if (session->state() != SessionState::running)
        return later(done, plan::refuse(Error::busy,
                                        "session " + name + " is " + std::string(to_text(session->state()))));
    if (const auto may = may_have(new_name.str(), settings.owner);
        !may && may.error().error != Error::limit_exceeded)
        return later(done, may); // it takes the place of the other
    committing_.insert(name);
    session->halt([this, name, new_name, done](const plan::Result<void> &halted) {
        if (!halted)
            return committed(name, halted, done);
        settle_ground(name, [this, name, new_name, done](const plan::Result<void> &settled) {
            committed(name, settled ? rename(name, new_name) : settled, done);
        });
    });
}

/// What it lies over becomes a layer, where that is somebody's own tree still.
void Ledger::Impl::settle_ground(const std::string &name, const Done &done) {
    const Session *session = find(name);
    if (session == nullptr)
        return done(plan::refuse(Error::no_such_session, "there is no session " + name));
    const plan::Instance ground = session->settings().layers.base;
    const auto owner = std::ranges::find_if(
        sessions, [&](const auto &entry) { return entry.second->settings().instance == ground; });
    if (owner == sessions.end())
        return done({});
    if (tops_.contains(owner->first))
        return done(plan::refuse(Error::busy, "a snapshot of session " + owner->first + " is being made"));
    put_new_top(*owner->second, ground, {}, done);
}

/// The new one is whole on disk before the old one is forgotten: where both are found, the tree is the new
/// one's.
plan::Result<void> Ledger::Impl::rename(const std::string &name, const plan::SessionName &new_name) {
    Session *session = find(name);
    plan::Result<void> result;
    if (session == nullptr || find(new_name.str()) != nullptr)
        return plan::refuse(Error::already_exists, "there is a session " + new_name.str() + " already");
    guarded(
        [&] {
            plan::SessionSettings settings = session->settings();
            settings.name = new_name;
            settings.binds.clear();
            settings.layers.throw_away = settings.layers.untouched = false;
            settings.created = wall_clock();
            const std::string &kept = new_name.str();
            context.settings.save(settings);
            if (!settings.emulator.empty())
                context.settings.save_emulator(kept, context.settings.open_emulator(name));
            context.settings.save_acceleration(kept, session->acceleration().record());
            context.settings.remove(name);
            sessions.emplace(kept, std::make_unique<Session>(context, std::move(settings)));
            context.news.session_added(kept);
        },
        [&](plan::Refusal why) {
            guarded([&] { context.settings.remove(new_name.str()); }, [](const plan::Refusal &) {});
            result = tl::unexpected(std::move(why));
        });
    return result;
}

void Ledger::Impl::committed(const std::string &name, const plan::Result<void> &result, const Done &done) {
    done(result); // on the bus this comes from the old one, which has to be there still
    context.mailbox.post(Task([this, name, kept = result.has_value()] {
        committing_.erase(name);
        if (kept)
            drop(name);
        else
            last_one_out(name);
    }));
}

} // namespace frank::session
