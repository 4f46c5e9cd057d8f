#include "client/bind_spec.hpp"
#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct BindOptions {
    std::string name;
    std::string what; ///< SRC[:DST[:ro|rw]] or DST
};

int list(const BindOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const SessionInfo session = session_named(take_inventory(link), options.name);
    if (invocation.globals.json) {
        print_json(to_json(session)["binds"]);
        return 0;
    }
    Table table({"INSIDE", "MODE", "DIRECTORY"});
    for (const SessionInfo::Bind &one : session.binds) {
        if (invocation.globals.quiet)
            print_line(one.target);
        table.add({one.target, one.writable ? "rw" : "ro", one.source});
    }
    if (session.binds.empty() && !invocation.globals.quiet)
        print_line(session_title(options.name) + " sees no directory of this machine");
    else if (!invocation.globals.quiet)
        table.print();
    return 0;
}

int add(const BindOptions &options, const Invocation &invocation) {
    const BindSpec spec = open_bind(options.what);
    DaemonLink link(invocation.globals);
    bind(link, options.name, spec);
    return 0;
}

int unbind(const BindOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(options.name), [&] {
            session.Unbind(bytes_of(options.what), {{"interactive", sdbus::Variant{interactive}}});
        });
    });
    return 0;
}

} // namespace

Action define_bind(CLI::App &verb) {
    const auto options = std::make_shared<BindOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    // Newer CLI11s take no brackets in an argument's name.
    verb.add_option(
        "SRC", options->what,
        "SRC[:DST[:ro|rw]]: the directory, where it is to be seen inside (the same path), and how; "
        "without it, those that are seen are listed");
    verb.footer("Seen at once where the session runs, and at every start until it is unbound. A directory of "
                "yours is\nwritable, and what the session's root makes in it is yours; any other is "
                "read-only, and of it only what\neverybody may read can be read. What is mounted below it is "
                "not seen.");
    return [options](const Invocation &invocation) {
        return options->what.empty() ? list(*options, invocation) : add(*options, invocation);
    };
}

Action define_unbind(CLI::App &verb) {
    const auto options = std::make_shared<BindOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    verb.add_option("DST", options->what, "where the directory is seen inside; see: frankctl bind NAME")
        ->required();
    return [options](const Invocation &invocation) { return unbind(*options, invocation); };
}

} // namespace frank::client
