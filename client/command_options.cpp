#include "client/command_options.hpp"

#include "client/failure.hpp"

#include <CLI/App.hpp>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace frank::client {

namespace {

bool describes_a_terminal(std::string_view entry) {
    for (const std::string_view name : {"TERM=", "COLORTERM=", "LANG=", "LC_"})
        if (entry.substr(0, name.size()) == name)
            return true;
    return false;
}

} // namespace

void add_command_options(CLI::App &verb, CommandOptions &options) {
    verb.add_option("NAME", options.session, "the session")->required();
    verb.add_option("-u,--user", options.user, "user inside, by name or number; default root")
        ->type_name("USER");
    verb.add_option("-w,--workdir", options.workdir, "directory inside; default the user's home")
        ->type_name("DIR");
    verb.add_option("-e,--env", options.env,
                    "set a variable; KEY alone takes the caller's value; may be repeated")
        ->type_name("KEY[=VALUE]")
        ->allow_extra_args(false);
    verb.add_option("--emulator", options.emulator, "a static qemu-user for this command alone")
        ->type_name("PATH");
    verb.add_option("--cpu", options.cpu, "CPU model that the emulator shows to this command alone")
        ->type_name("MODEL");
    verb.add_flag("--ephemeral", options.ephemeral,
                  "in a session NAME@ID that is made for it, and whose changes go with it");
}

std::vector<std::string> environment_of(const CommandOptions &options, bool terminal) {
    std::vector<std::string> entries;
    if (terminal)
        for (char **entry = environ; *entry != nullptr; ++entry)
            if (describes_a_terminal(*entry))
                entries.emplace_back(*entry);
    for (const std::string &entry : options.env) {
        if (entry.empty() || entry.front() == '=')
            throw Failure("--env '" + entry + "' has no name; it is KEY=VALUE or KEY");
        if (entry.find('=') != std::string::npos)
            entries.push_back(entry);
        else if (const char *value = std::getenv(entry.c_str()); value != nullptr)
            entries.push_back(entry + "=" + value);
    }
    return entries;
}

} // namespace frank::client
