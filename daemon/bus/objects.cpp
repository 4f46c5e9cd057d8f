#include "daemon/bus/objects.hpp"

#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

std::string path_of(session::JobId id) { return contract::job_path(std::to_string(id)); }

bool sees(std::uint32_t uid, std::uint32_t owner) { return uid == 0 || uid == owner; }

} // namespace

Objects::Objects(sdbus::IConnection &connection, sys::EventLoop &loop, Door &door, Audience &audience)
    : connection_(connection), loop_(loop), door_(door), audience_(audience) {
    for (const std::string &name : door.ledger().session_names())
        sessions_.emplace(name, std::make_unique<SessionObject>(connection, door, name));
    for (const session::JobId id : door.ledger().job_ids())
        jobs_.emplace(id, std::make_unique<JobObject>(connection, door, id));
    door.ledger().observe(this);
}

Objects::~Objects() { door_.ledger().observe(nullptr); }

ManagedObjects Objects::seen_by(std::uint32_t uid) const {
    ManagedObjects seen;
    for (const auto &[name, object] : sessions_)
        if (const auto view = door_.ledger().view(name); view && sees(uid, view->settings.owner))
            seen[sdbus::ObjectPath{contract::session_path(name)}] = {
                {contract::session_interface, object->properties()}};
    for (const auto &[id, object] : jobs_)
        if (const session::Job *job = door_.ledger().find_job(id); job != nullptr && sees(uid, job->owner))
            seen[sdbus::ObjectPath{path_of(id)}] = {{contract::job_interface, object->properties()}};
    return seen;
}

void Objects::session_added(const std::string &name) {
    contained([&] {
        retired_.clear(); // the name may be one of theirs, and none of their handlers makes sessions
        SessionObject &object =
            *sessions_.insert_or_assign(name, std::make_unique<SessionObject>(connection_, door_, name))
                 .first->second;
        audience_.added(door_.session(name).settings.owner, contract::session_path(name),
                        contract::session_interface, object.properties());
    });
}

void Objects::job_added(session::JobId id) {
    contained([&] {
        JobObject &object =
            *jobs_.insert_or_assign(id, std::make_unique<JobObject>(connection_, door_, id)).first->second;
        audience_.added(door_.job(id).owner, path_of(id), contract::job_interface, object.properties());
    });
}

void Objects::session_changed(const std::string &name) {
    contained([&] {
        changed_sessions_.insert(name);
        tell_soon();
    });
}

void Objects::job_changed(session::JobId id) {
    contained([&] {
        changed_jobs_.insert(id);
        tell_soon();
    });
}

void Objects::session_removed(const std::string &name, std::uint32_t owner) {
    contained([&] {
        const auto node = sessions_.extract(name);
        if (node.empty())
            return;
        retire(std::move(node.mapped()));
        audience_.removed(owner, contract::session_path(name), contract::session_interface);
    });
}

void Objects::job_removed(session::JobId id, std::uint32_t owner) {
    contained([&] {
        const auto node = jobs_.extract(id);
        if (node.empty())
            return;
        retire(std::move(node.mapped()));
        audience_.removed(owner, path_of(id), contract::job_interface);
    });
}

void Objects::retire(std::shared_ptr<void> object) {
    retired_.push_back(std::move(object));
    clearing_ = loop_.soon([this] { retired_.clear(); });
}

void Objects::tell_soon() {
    if (!telling_)
        telling_ = loop_.soon([this] { tell(); });
}

void Objects::tell() {
    telling_.reset();
    for (const std::string &name : std::exchange(changed_sessions_, {}))
        if (const auto found = sessions_.find(name); found != sessions_.end())
            audience_.changed(door_.session(name).settings.owner, contract::session_path(name),
                              contract::session_interface, found->second->news());
    for (const session::JobId id : std::exchange(changed_jobs_, {}))
        if (const auto found = jobs_.find(id); found != jobs_.end())
            audience_.changed(door_.job(id).owner, path_of(id), contract::job_interface,
                              found->second->news());
}

} // namespace frank::bus
