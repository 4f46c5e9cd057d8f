// Private to session_*.cpp: the way to every method of a session.
#pragma once

#include "daemon/bus/session_object.hpp"
#include "daemon/bus/user_name.hpp"

namespace frank::bus {

template <class... Values>
void SessionObject::pass(const MethodRule &rule, bool interactive, std::map<std::string, std::string> details,
                         const Reply<Values...> &reply, std::function<void(const Caller &)> act) {
    const Caller caller = door_.callers().now();
    const plan::SessionSettings settings = door_.session(name_).settings;
    const bool own = settings.owner == caller.uid;
    details["session"] = name_;
    if (!own)
        details["user"] = user_name(settings.owner);
    door_.pass({rule, caller, own, interactive, std::move(details)}, reply,
               [&door = door_, name = name_, created = settings.created, caller, act = std::move(act)] {
                   // Another one may have its name by now.
                   if (door.session(name).settings.created != created)
                       refuse(Error::no_such_session, "the session \"" + name + "\" was destroyed meanwhile");
                   act(caller);
               });
}

} // namespace frank::bus
