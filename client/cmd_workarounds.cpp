#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct WorkaroundOptions {
    std::string name;
    std::string what;
    std::string workaround;
};

/// As its owner has it, which holds from the next start on.
bool is_wanted(const SessionInfo &session, const std::string &workaround) {
    return std::ranges::find(session.workarounds_off, workaround) == session.workarounds_off.end();
}

std::string state_of(const SessionInfo::Workaround &one, bool wanted) {
    const std::string state = one.on ? "on" : "off";
    return one.on == wanted ? state : state + ", " + (wanted ? "on" : "off") + " from the next start";
}

int list(const WorkaroundOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const SessionInfo session = session_named(take_inventory(link), options.name);
    auto rows = nlohmann::ordered_json::array();
    Table table({"NAME", "STATE", "SETS", "WHY", "ADVICE"});
    for (const SessionInfo::Workaround &one : session.workarounds) {
        const bool wanted = is_wanted(session, one.name);
        rows.push_back({{"name", one.name},
                        {"on", one.on},
                        {"on_next", wanted},
                        {"why", one.why},
                        {"sets", one.sets},
                        {"advice", one.advice}});
        if (invocation.globals.quiet && !invocation.globals.json)
            print_line(one.name);
        table.add({one.name, state_of(one, wanted), one.sets.empty() ? "-" : one.sets, one.why,
                   one.advice.empty() ? "-" : one.advice});
    }
    if (invocation.globals.json)
        print_json(rows);
    else if (rows.empty() && !invocation.globals.quiet)
        print_line("the root of " + session_title(options.name) + " holds nothing that is known to need one");
    else if (!invocation.globals.quiet)
        table.print();
    return 0;
}

int change(const WorkaroundOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    const std::string &workaround = text_argument("the work-around", options.workaround);
    const bool waits = authorised(invocation.globals, [&](bool interactive) -> bool {
        return asked(session_title(options.name), [&] {
            return session.SwitchWorkaround(workaround, options.what == "on",
                                            {{"interactive", sdbus::Variant{interactive}}});
        });
    });
    if (waits && !invocation.globals.quiet)
        print_line(session_title(options.name) + " runs: " + workaround + " is " + options.what +
                   " from its next start; frankctl stop " + options.name);
    return 0;
}

} // namespace

Action define_workarounds(CLI::App &verb) {
    const auto options = std::make_shared<WorkaroundOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    CLI::Option *what = verb.add_option("WHAT", options->what, "on or off; without it they are listed")
                            ->check(CLI::IsMember({"on", "off"}));
    CLI::Option *workaround = verb.add_option("WORKAROUND", options->workaround, "which one");
    what->needs(workaround);
    verb.footer(
        "Lists what is known to help tools that the session's root holds, as it was at the last start.\n"
        "off, on: that one, from the session's next start. frankend-workarounds(5) says how one is written.");
    return [options](const Invocation &invocation) {
        return options->what.empty() ? list(*options, invocation) : change(*options, invocation);
    };
}

} // namespace frank::client
