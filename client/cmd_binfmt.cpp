#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct BinfmtOptions {
    std::string verb = "list";
    std::string argument;
};

using Entry = std::tuple<std::string, bool, std::string, std::string, std::string, std::string,
                         std::vector<std::string>>;

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : ",") + word;
    return text.empty() ? "-" : text;
}

std::string owner_of(const std::string &purpose) {
    return purpose.empty() ? "another tool" : "frankend, for " + purpose;
}

template <class Entries> int print(const Entries &entries, const Invocation &invocation) {
    auto list = nlohmann::ordered_json::array();
    Table table({"NAME", "STATE", "FLAGS", "GETS", "WHOSE", "INTERPRETER"});
    for (const auto &entry : entries) {
        const auto &[name, enabled, interpreter, flags, matches, purpose, arches] =
            static_cast<const Entry &>(entry);
        list.push_back({{"name", name},
                        {"enabled", enabled},
                        {"interpreter", interpreter},
                        {"flags", flags},
                        {"takes", matches},
                        {"frankend", purpose},
                        {"architectures", arches}});
        if (invocation.globals.quiet && !invocation.globals.json)
            print_line(name);
        table.add({name, enabled ? "enabled" : "disabled", flags.empty() ? "-" : flags, joined(arches),
                   owner_of(purpose), interpreter});
    }
    if (invocation.globals.json)
        print_json(list);
    else if (!invocation.globals.quiet)
        table.print();
    return 0;
}

/// What the kernel looks at (BINPRM_BUF_SIZE), read with the caller's own rights.
Bytes head_of(const std::string &path) {
    std::array<char, 256> head{};
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Failure(path + ": " + std::strerror(errno));
    file.read(head.data(), head.size());
    if (file.bad() || (file.fail() && !file.eof()))
        throw Failure(path + ": " + std::strerror(errno));
    return {head.begin(), head.begin() + file.gcount()};
}

int check(DaemonLink &link, const std::string &path, const Invocation &invocation) {
    const Bytes head = head_of(path);
    ManagerRemote manager = link.manager();
    const auto entries =
        asked("frankend", [&] { return manager.CheckBinfmt(text_argument("the file's name", path), head); });
    if (!entries.empty() || invocation.globals.json) {
        (void)print(entries, invocation);
        return entries.empty() ? 1 : 0;
    }
    if (!invocation.globals.quiet)
        print_line("no entry of this machine's table takes " + path);
    return 1;
}

int change(DaemonLink &link, const BinfmtOptions &options, const Invocation &invocation) {
    ManagerRemote manager = link.manager();
    authorised(invocation.globals, [&](bool interactive) {
        const Options with{{"interactive", sdbus::Variant{interactive}}};
        const std::string &arch = text_argument("the architecture", options.argument);
        asked(options.argument, [&] {
            options.verb == "enable" ? manager.EnableBinfmt(arch, with) : manager.DisableBinfmt(arch, with);
        });
    });
    return 0;
}

int binfmt(const BinfmtOptions &options, const Invocation &invocation) {
    const bool list = options.verb == "list";
    if (list != options.argument.empty())
        throw Failure(list ? "list takes nothing more; see: frankctl binfmt --help"
                           : options.verb + (options.verb == "check" ? " needs a FILE" : " needs an ARCH") +
                                 "; see: frankctl binfmt --help");
    DaemonLink link(invocation.globals);
    if (options.verb == "check")
        return check(link, options.argument, invocation);
    if (!list)
        return change(link, options, invocation);
    ManagerRemote manager = link.manager();
    return print(asked("frankend", [&manager] { return manager.ListBinfmt(); }), invocation);
}

} // namespace

Action define_binfmt(CLI::App &verb) {
    const auto options = std::make_shared<BinfmtOptions>();
    verb.add_option("WHAT", options->verb, "list, check FILE, enable ARCH or disable ARCH")
        ->check(CLI::IsMember({"list", "check", "enable", "disable"}));
    verb.add_option("ARGUMENT", options->argument, "the FILE, or the ARCH by Debian's name");
    verb.footer(
        "This is the table of the machine itself, newest entry first; sessions have their own where the\n"
        "kernel can do that. check: who would get FILE, the first of those shown; status 1 where nobody "
        "would.\nenable: foreign programs run outside of sessions too, and GNOME Builder finds the emulator; "
        "what another\ntool has registered under that name is put back by disable.");
    return [options](const Invocation &invocation) { return binfmt(*options, invocation); };
}

} // namespace frank::client
