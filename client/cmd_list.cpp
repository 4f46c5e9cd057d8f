#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

int list(const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const Inventory inventory = take_inventory(link);
    if (invocation.globals.json) {
        auto sessions = nlohmann::ordered_json::array();
        for (const SessionInfo &session : inventory.sessions)
            sessions.push_back(to_json(session));
        print_json(sessions);
    } else if (invocation.globals.quiet) {
        for (const SessionInfo &session : inventory.sessions)
            print_line(session.name);
    } else {
        Table table({"NAME", "STATE", "ARCH", "OWNER", "OS"});
        for (const SessionInfo &session : inventory.sessions)
            table.add(
                {session.name, session.state, session.architecture, shown_user(session.owner), session.os});
        table.print();
    }
    return 0;
}

} // namespace

Action define_list(CLI::App &verb) {
    verb.footer("--quiet prints the names alone, a line each.");
    return list;
}

} // namespace frank::client
