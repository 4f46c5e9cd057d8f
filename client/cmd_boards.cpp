#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/output.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

using Row =
    std::tuple<std::string, std::string, std::string, std::string, std::string, std::uint32_t, std::string>;

int boards(const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    ManagerRemote manager = link.manager();
    const auto rows = asked("frankend", [&manager] { return manager.ListBoards(); });
    auto list = nlohmann::ordered_json::array();
    Table table({"BOARD", "ARCH", "CPU", "MACHINE", "WHAT IT IS"});
    std::string last;
    for (const auto &row : rows) {
        const auto &[name, arch, title, cpu, machine, page_size, note] = static_cast<const Row &>(row);
        list.push_back({{"name", name},
                        {"architecture", arch},
                        {"title", title},
                        {"cpu", cpu},
                        {"machine", machine},
                        {"page_size", page_size},
                        {"note", note}});
        table.add({name, arch, cpu.empty() ? "-" : cpu, machine, title});
        if (invocation.globals.quiet && !invocation.globals.json && name != last)
            print_line(name);
        last = name;
    }
    if (invocation.globals.json)
        print_json(list);
    else if (!invocation.globals.quiet)
        table.print();
    return 0;
}

} // namespace

Action define_boards(CLI::App &verb) {
    verb.footer("Boards are files: frankend's own in /usr/share/frankend/boards.d, this machine's in "
                "/etc/frankend/boards.d. What differs from the real board is in the JSON form.");
    return boards;
}

} // namespace frank::client
