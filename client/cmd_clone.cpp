#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>

namespace frank::client {

namespace {

struct Names {
    std::string name, new_name;
};

std::shared_ptr<Names> add_names(CLI::App &verb, const char *what) {
    auto names = std::make_shared<Names>();
    verb.add_option("NAME", names->name, what)->required();
    verb.add_option("NEW", names->new_name, "what to call the new one: a-z, 0-9 and '-'")->required();
    return names;
}

/// `call`: of the session, with the new name and options.
template <class Call> int make(const Names &names, const Invocation &invocation, const Call &call) {
    (void)text_argument("the name", names.new_name);
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(names.name);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(names.name), [&] {
            call(session, names.new_name, Options{{"interactive", sdbus::Variant{interactive}}});
        });
    });
    return 0;
}

} // namespace

Action define_clone(CLI::App &verb) {
    const auto names = add_names(verb, "the session, which must not run");
    verb.footer(
        "It takes no time and no room: both have what there is together, and each has its own changes. "
        "NEW has\nNAME's settings, and neither its snapshots nor its directories (bind).");
    return [names](const Invocation &invocation) {
        return make(*names, invocation,
                    [](SessionRemote &session, const std::string &to, const Options &options) {
                        session.Clone(to, options);
                    });
    };
}

Action define_commit(CLI::App &verb) {
    const auto names = add_names(verb, "the throw-away session, NAME@ID, as list shows it");
    verb.footer("What runs in it is ended first. See: frankctl run --ephemeral");
    return [names](const Invocation &invocation) {
        return make(*names, invocation,
                    [](SessionRemote &session, const std::string &to, const Options &options) {
                        session.Commit(to, options);
                    });
    };
}

} // namespace frank::client
