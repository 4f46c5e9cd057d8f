// The ledger: snapshots of a root, and roots that are made of another.
#include "daemon/session/breakage.hpp"
#include "daemon/session/ledger_impl.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>

namespace frank::session {

namespace {

plan::Refusal no_such_snapshot(const Session &session, const std::string &tag) {
    return {Error::invalid_argument, "session " + session.name() + " has no snapshot " + tag +
                                         ": \"frankctl snapshots " + session.name() + "\" lists them"};
}

} // namespace

/// May its own tree become a layer?
plan::Result<Session *> Ledger::Impl::layerable(const std::string &name) {
    Session *session = find(name);
    if (session == nullptr)
        return plan::refuse(Error::no_such_session, "there is no session " + name);
    const plan::SessionSettings &settings = session->settings();
    if (settings.layers.throw_away)
        return plan::refuse(Error::invalid_state, "session " + name +
                                                      " goes with its last command: keep it first with "
                                                      "frankctl commit " +
                                                      name + " and a name");
    if (settings.kind == plan::RootKind::directory)
        return plan::refuse(Error::invalid_state,
                            "the root of session " + name +
                                " is a directory that is used in place, which others may "
                                "change: snapshots need a root of frankend's own");
    if (const SessionState state = session->state(); state != SessionState::stopped)
        return plan::refuse(Error::busy,
                            "session " + name + " is " + std::string(to_text(state)) + ": stop it first");
    if (!settings.complete || settings.doomed)
        return plan::refuse(Error::invalid_state,
                            "session " + name + " is half deleted: destroy it once more");
    if (tops_.contains(name))
        return plan::refuse(Error::busy, "another snapshot of session " + name + " is being made: try again");
    return session;
}

void Ledger::Impl::put_new_top(Session &session, const plan::Instance &over, NewTop::Amend amend, Done done) {
    const std::string name = session.name();
    auto top = std::make_unique<NewTop>(context, session, over, std::move(amend),
                                        [this, name, done](const plan::Result<void> &result) {
                                            bury(tops_, name);
                                            if (Session *still = find(name))
                                                still->lay_by(false);
                                            context.news.session_changed(name);
                                            collect_layers();
                                            done(result);
                                        });
    session.lay_by(true);
    tops_.insert_or_assign(name, std::move(top)).first->second->begin();
}

void Ledger::Impl::later(const Done &done, plan::Result<void> result) {
    context.mailbox.post(Task([done, result = std::move(result)] { done(result); }));
}

void Ledger::Impl::snapshot(const std::string &name, const std::string &tag, const Done &done) {
    const auto session = layerable(name);
    if (!session)
        return later(done, tl::unexpected(session.error()));
    const plan::Layering &layers = (*session)->settings().layers;
    if (layers.find(tag) != nullptr)
        return later(done, plan::refuse(Error::already_exists, "session " + name + " has a snapshot " + tag +
                                                                   " already: choose another name"));
    if (layers.snapshots.size() >= plan::max_snapshots)
        return later(done, plan::refuse(Error::limit_exceeded, "session " + name + " has " +
                                                                   std::to_string(plan::max_snapshots) +
                                                                   " snapshots: take one away first"));
    if (layers.untouched) // it is what lies below
        return later(done, tag_layer(**session, tag, layers.base));
    const plan::Instance own = (*session)->settings().instance;
    put_new_top(
        **session, own,
        [tag, own](plan::SessionSettings &settings) {
            settings.layers.snapshots.push_back({tag, own, wall_clock()});
        },
        done);
}

plan::Result<void> Ledger::Impl::tag_layer(Session &session, const std::string &tag,
                                           const plan::Instance &layer) {
    plan::Result<void> result;
    guarded(
        [&] {
            plan::SessionSettings settings = session.settings();
            settings.layers.snapshots.push_back({tag, layer, wall_clock()});
            session.store(std::move(settings));
            context.news.session_changed(session.name());
        },
        [&](plan::Refusal why) { result = tl::unexpected(std::move(why)); });
    return result;
}

void Ledger::Impl::rollback(const std::string &name, const std::string &tag, const Done &done) {
    const auto session = layerable(name);
    if (!session)
        return later(done, tl::unexpected(session.error()));
    const plan::Snapshot *snapshot = (*session)->settings().layers.find(tag);
    if (snapshot == nullptr)
        return later(done, tl::unexpected(no_such_snapshot(**session, tag)));
    put_new_top(**session, snapshot->instance, {}, done);
}

plan::Result<void> Ledger::Impl::remove_snapshot(const std::string &name, const std::string &tag) {
    Session *session = find(name);
    if (session == nullptr)
        return plan::refuse(Error::no_such_session, "there is no session " + name);
    if (session->settings().layers.find(tag) == nullptr)
        return tl::unexpected(no_such_snapshot(*session, tag));
    if (tops_.contains(name))
        return plan::refuse(Error::busy, "a snapshot of session " + name + " is being made: try again");
    plan::Result<void> result;
    guarded(
        [&] {
            plan::SessionSettings settings = session->settings();
            std::erase_if(settings.layers.snapshots, [&](const auto &each) { return each.tag == tag; });
            session->store(std::move(settings));
            context.news.session_changed(name);
            collect_layers();
        },
        [&](plan::Refusal why) { result = tl::unexpected(std::move(why)); });
    return result;
}

/// One more of somebody's, by this name.
plan::Result<void> Ledger::Impl::may_have(const std::string &name, std::uint32_t owner) const {
    if (find(name) != nullptr)
        return plan::refuse(Error::already_exists, "there is a session " + name +
                                                       " already: choose another name, or destroy it first");
    const auto owned = std::ranges::count_if(
        sessions, [&](const auto &entry) { return entry.second->settings().owner == owner; });
    if (static_cast<std::size_t>(owned) < context.config.limits.sessions)
        return {};
    return plan::refuse(Error::limit_exceeded, "uid " + std::to_string(owner) + " has " +
                                                   std::to_string(owned) + " sessions: destroy one first");
}

/// Written down, incomplete: with what the other has, but its tree, its snapshots and its directories.
plan::Result<Session *> Ledger::Impl::derive(const Session &from, const plan::SessionName &name,
                                             std::uint32_t owner, const plan::Instance &base) {
    const auto id_base = new_id_base();
    if (!id_base)
        return plan::refuse(Error::limit_exceeded,
                            "no range of 65536 ids is left for a session: destroy one");
    plan::SessionSettings settings = from.settings();
    settings.name = name;
    settings.kind = plan::RootKind::layer;
    settings.source = from.name();
    settings.instance = new_instance();
    settings.owner = owner;
    settings.id_base = *id_base;
    settings.created = wall_clock();
    settings.complete = false;
    settings.binds.clear();
    settings.layers = {base, true, false, {}};
    plan::Result<Session *> result = nullptr;
    guarded(
        [&] {
            context.settings.save(settings);
            if (!settings.emulator.empty())
                context.settings.save_emulator(name.str(), context.settings.open_emulator(from.name()));
            // Files have the same identity in a layer over them: what was verified stays so.
            context.settings.save_acceleration(name.str(), from.acceleration().record());
            auto made = std::make_unique<Session>(context, std::move(settings), SessionState::creating);
            result = sessions.emplace(name.str(), std::move(made)).first->second.get();
        },
        [&](plan::Refusal why) {
            guarded([&] { context.settings.remove(name.str()); }, [](const plan::Refusal &) {});
            result = tl::unexpected(std::move(why));
        });
    if (result)
        context.news.session_added(name.str());
    return result;
}

/// What derive() gave becomes a session, or goes.
void Ledger::Impl::make_layer(Session &session, const Done &done) {
    const std::string name = session.name();
    auto making =
        std::make_unique<LayerMaking>(context, session, [this, name, done](const plan::Result<void> &made) {
            bury(makings_, name);
            plan::Result<void> result = made;
            Session *there = find(name);
            if (result && there != nullptr)
                guarded(
                    [&] {
                        plan::SessionSettings settings = there->settings();
                        settings.complete = true;
                        there->store(std::move(settings));
                        there->show(std::nullopt);
                    },
                    [&](plan::Refusal why) { result = tl::unexpected(std::move(why)); });
            if (!result && there != nullptr) {
                there->leave_ground();
                guarded([&] { begin_destruction(*there, 0); }, [](const plan::Refusal &) {});
            }
            done(result);
        });
    makings_.insert_or_assign(name, std::move(making)).first->second->begin();
}

void Ledger::Impl::clone(const std::string &name, const plan::SessionName &new_name, std::uint32_t owner,
                         const Done &done) {
    const auto session = layerable(name);
    if (!session)
        return later(done, tl::unexpected(session.error()));
    if (const auto may = may_have(new_name.str(), owner); !may)
        return later(done, may);
    const auto derived = [this, name, new_name, owner, done](const plan::Result<void> &result) {
        const Session *from = find(name);
        const auto may = result ? may_have(new_name.str(), owner) : result;
        if (!may || from == nullptr)
            return done(from == nullptr ? plan::refuse(Error::no_such_session, "there is no session " + name)
                                        : may);
        const auto made = derive(*from, new_name, owner, from->settings().layers.base);
        if (!made)
            return done(tl::unexpected(made.error()));
        make_layer(**made, done);
    };
    const plan::SessionSettings &settings = (*session)->settings();
    if (settings.layers.untouched) // what lies below is all that there is
        return later(derived, {});
    put_new_top(**session, settings.instance, {}, derived);
}

/// Layers that nothing lies over, and no snapshot means, go.
void Ledger::Impl::collect_layers() {
    if (!tops_.empty())
        return; // what is being made is nobody's yet
    std::set<plan::Instance> wanted;
    const auto want = [&](plan::Instance instance) {
        while (instance != plan::no_instance && wanted.insert(instance).second) {
            const plan::Layer *layer = context.layers.find(instance);
            if (layer == nullptr)
                return;
            instance = layer->below;
        }
    };
    std::set<plan::Instance> own;
    for (const auto &[name, session] : sessions) {
        own.insert(session->settings().instance);
        want(session->settings().layers.base);
        for (const plan::Snapshot &each : session->settings().layers.snapshots)
            want(each.instance);
    }
    for (const plan::Layer &layer : std::vector(context.layers.all())) {
        if (own.contains(layer.instance)) // it did not become one
            guarded([&] { context.layers.remove(layer.instance); }, [](const plan::Refusal &) {});
        else if (!wanted.contains(layer.instance))
            remove_tree({layer.instance, "a layer",
                         [this, instance = layer.instance] { context.layers.remove(instance); }});
    }
}

} // namespace frank::session
