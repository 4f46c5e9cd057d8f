#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>

namespace frank::client {

Action define_stop(CLI::App &verb) {
    const auto name = std::make_shared<std::string>();
    verb.add_option("NAME", *name, "the session")->required();
    return [name](const Invocation &invocation) {
        DaemonLink link(invocation.globals);
        SessionRemote session = link.session(*name);
        authorised(invocation.globals, [&](bool interactive) {
            asked(session_title(*name), [&] {
                session.Stop({{"interactive", sdbus::Variant{interactive}}});
            });
        });
        return 0;
    };
}

} // namespace frank::client
