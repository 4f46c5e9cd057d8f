#include "client/command.hpp"
#include "client/terminal_job.hpp"

#include <CLI/App.hpp>

namespace frank::client {

Action define_enter(CLI::App &verb) {
    const auto options = std::make_shared<CommandOptions>();
    add_command_options(verb, *options);
    verb.footer("Without CMD it is the user's login shell.");
    return [options](const Invocation &invocation) {
        DaemonLink link(invocation.globals);
        return run_on_terminal(link, *options, invocation.command);
    };
}

} // namespace frank::client
