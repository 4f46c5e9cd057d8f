#include "client/attendant.hpp"
#include "client/command.hpp"
#include "client/polkit_agent.hpp"
#include "client/progress.hpp"

#include <CLI/App.hpp>

namespace frank::client {

namespace {

struct DestroyOptions {
    std::string name;
    bool force = false;
};

int destroy(const DestroyOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    Progress progress(link, !invocation.globals.quiet);
    const std::string path = authorised(invocation.globals, [&](bool interactive) -> std::string {
        return asked(session_title(options.name), [&] {
            return session.Destroy(
                {{"force", sdbus::Variant{options.force}}, {"interactive", sdbus::Variant{interactive}}});
        });
    });
    progress.follow(path);
    EventLoop loop(link.connection());
    const JobEnd end = wait_for_end(link, loop, path);
    progress.clear();
    return exit_status_of(end, "the removal of " + session_title(options.name));
}

} // namespace

Action define_destroy(CLI::App &verb) {
    const auto options = std::make_shared<DestroyOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    verb.add_flag("-f,--force", options->force, "stop it first where it runs");
    verb.footer("A directory that is used in place is never deleted.");
    return [options](const Invocation &invocation) { return destroy(*options, invocation); };
}

} // namespace frank::client
