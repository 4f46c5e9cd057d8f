#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/output.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

int emulators(const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    ManagerRemote manager = link.manager();
    const auto found = asked("frankend", [&manager] { return manager.ListEmulators(); });
    auto list = nlohmann::ordered_json::array();
    Table table({"PATH", "VERSION", "STATIC", "ARCHITECTURES", "OUTCOME", "SEEN"});
    for (const auto &emulator : found) {
        const auto &[path, version, is_static, architectures, outcome, seen] =
            static_cast<const std::tuple<std::string, std::string, bool, std::vector<std::string>,
                                         std::string, std::string> &>(emulator);
        list.push_back({{"path", path},
                        {"version", version},
                        {"static", is_static},
                        {"architectures", architectures},
                        {"outcome", outcome},
                        {"seen", seen}});
        table.add({path, version, is_static ? "yes" : "no", joined(architectures), outcome, seen});
    }
    if (invocation.globals.json)
        print_json(list);
    else
        table.print();
    return 0;
}

} // namespace

Action define_emulators(CLI::App &verb) {
    verb.footer("They are looked for in /usr/local/lib/frankend/emulators and /usr/bin. Any of them, or "
                "another file, can "
                "be given to create, run and enter with --emulator.");
    return emulators;
}

} // namespace frank::client
