#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/output.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

int doctor(const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    ManagerRemote manager = link.manager();
    const auto findings = asked("frankend", [&manager] { return manager.Diagnose(); });
    bool failed = false;
    auto list = nlohmann::ordered_json::array();
    Table table({"CHECK", "OUTCOME", "SEEN", "REMEDY"});
    for (const auto &finding : findings) {
        const auto &[check, outcome, seen, remedy] =
            static_cast<const std::tuple<std::string, std::string, std::string, std::string> &>(finding);
        failed = failed || outcome == "failure";
        if (invocation.globals.quiet && outcome == "ok")
            continue;
        list.push_back({{"check", check}, {"outcome", outcome}, {"seen", seen}, {"remedy", remedy}});
        table.add({check, outcome, seen, remedy});
    }
    if (invocation.globals.json)
        print_json(list);
    else if (!invocation.globals.quiet || !list.empty())
        table.print();
    return failed ? 1 : 0;
}

} // namespace

Action define_doctor(CLI::App &verb) {
    verb.footer("Exit status: 0, or 1 where a check failed. --quiet leaves out what is in order.");
    return doctor;
}

} // namespace frank::client
