#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/limit_spec.hpp"
#include "client/output.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

void print(const SessionInfo &session) {
    Table table({"name:", session.name});
    table.add({"state:", session.state});
    table.add({"architecture:", session.architecture});
    if (!session.extra_architectures.empty())
        table.add({"and:", joined(session.extra_architectures)});
    table.add({"board:", session.board});
    table.add({"acceleration:", session.acceleration_off.empty() ? session.acceleration
                                                                 : session.acceleration + ", but not for: " +
                                                                       joined(session.acceleration_off)});
    table.add({"cpu:", session.cpu});
    table.add({"emulator:", session.emulator_replaced
                                ? session.emulator +
                                      " as it was at the start; it was replaced since, stop and "
                                      "start the session to use the new one"
                                : session.emulator});
    table.add({"os:", session.os});
    for (const SessionInfo::Workaround &one : session.workarounds)
        if (one.on)
            table.add({"work-around:", one.name + ": " + one.sets +
                                           (one.sets.empty() || one.advice.empty() ? "" : "; ") + one.advice +
                                           " (" + one.why + ")"});
    for (const SessionInfo::Finding &one : session.findings)
        table.add({one.outcome + ":", one.seen + ": " + one.remedy});
    if (!session.workarounds_off.empty())
        table.add({"switched off:", joined(session.workarounds_off)});
    for (const SessionInfo::Bind &one : session.binds)
        table.add({"bind:", one.source + " at " + one.target + (one.writable ? "" : " (read-only)")});
    if (!session.limits.empty())
        table.add({"limits:", describe(session.limits)});
    for (const SessionInfo::Snapshot &one : session.snapshots)
        table.add({"snapshot:", one.tag + ", " + shown_time(one.created)});
    if (session.ephemeral)
        table.add({"ephemeral:",
                   "it goes with its last command; to keep it: frankctl commit " + session.name + " NEW"});
    table.add({"kind:", session.kind});
    table.add({"source:", session.source});
    table.add({"owner:", shown_user(session.owner)});
    table.add({"network:", session.network});
    if (session.table == "host")
        table.add(
            {"binfmt:",
             "this machine's table, before Linux 6.7: sudo and other setuid programs do not work inside"});
    else
        table.add({"binfmt:", session.table.empty() ? "-" : "a table of its own"});
    table.add({"created:", shown_time(session.created)});
    table.add({"started:", shown_time(session.started)});
    table.add({"jobs:", joined(session.jobs)});
    table.print();
}

int show(const std::string &name, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const SessionInfo session = session_named(take_inventory(link), name);
    if (invocation.globals.json)
        print_json(to_json(session));
    else
        print(session);
    return 0;
}

} // namespace

Action define_show(CLI::App &verb) {
    const auto name = std::make_shared<std::string>();
    verb.add_option("NAME", *name, "the session")->required();
    return [name](const Invocation &invocation) { return show(*name, invocation); };
}

} // namespace frank::client
