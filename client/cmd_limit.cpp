#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/limit_spec.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct LimitOptions {
    std::string name;
    std::vector<std::string> limits;
};

/// "12.5 s"
std::string shown_seconds(std::uint64_t microseconds) {
    const std::uint64_t tenths = microseconds / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string shown_use(const std::string &resource, std::uint64_t amount) {
    return resource == "cpu"     ? shown_seconds(amount) + " since its start"
           : resource == "io"    ? shown_bytes(amount) + " since its start"
           : resource == "tasks" ? std::to_string(amount)
                                 : shown_bytes(amount);
}

/// Nothing where it does not run.
Limits measure_use(DaemonLink &link, const SessionInfo &session) {
    if (session.state != "running")
        return {};
    SessionRemote remote = link.session(session.name);
    return asked(session_title(session.name), [&] { return remote.MeasureUse(); });
}

int show(const LimitOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const SessionInfo session = session_named(take_inventory(link), options.name);
    const Limits use = measure_use(link, session);
    if (invocation.globals.json) {
        print_json({{"limits", session.limits}, {"use", use}});
        return 0;
    }
    Table table({"RESOURCE", "LIMIT", "USE"});
    for (const char *resource : {"memory", "cpu", "tasks", "io"}) {
        const auto most = session.limits.find(resource);
        const auto now = use.find(resource);
        table.add({resource, most == session.limits.end() ? "none" : shown_amount(resource, most->second),
                   now == use.end() ? "-" : shown_use(resource, now->second)});
    }
    if (!invocation.globals.quiet)
        table.print();
    if (const auto kills = use.find("oom_kills"); kills != use.end() && kills->second > 0)
        complain("the kernel ended " + std::to_string(kills->second) +
                 " of its processes for want of memory since its start");
    return 0;
}

int set(const LimitOptions &options, const Invocation &invocation) {
    const Limits limits = read_limits(options.limits);
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(options.name), [&] {
            session.SetLimits(limits, {{"interactive", sdbus::Variant{interactive}}});
        });
    });
    return 0;
}

} // namespace

Action define_limit(CLI::App &verb) {
    const auto options = std::make_shared<LimitOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    verb.add_option("RESOURCE=AMOUNT", options->limits,
                    "RESOURCE=AMOUNT: memory=2G, cpu=150% (of one processor), tasks=500 (processes and "
                    "threads), io=20M (a second); "
                    "none in place of the amount: no limit");
    verb.footer("For all that runs in the session together, from now on and at every start. Without any, the "
                "limits and\n"
                "what is used are shown. A command that the kernel ends for want of memory says so.");
    return [options](const Invocation &invocation) {
        return options->limits.empty() ? show(*options, invocation) : set(*options, invocation);
    };
}

} // namespace frank::client
