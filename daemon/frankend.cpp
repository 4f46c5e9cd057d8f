// frankend: wires bus, session and the link to the launcher, then waits. It has no privilege and asks for
// none.
#include "daemon/bus/service.hpp"
#include "daemon/session/host_table.hpp"
#include "daemon/session/launcher_link.hpp"
#include "daemon/startup.hpp"
#include "paths.hpp"

#include <csignal>
#include <iostream>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

namespace frank {

namespace {

int serve(const Settings &settings) {
    // A client that hangs up is told by the write that fails; what we write is nobody else's; our memory is
    // not to be looked at by another process of our uid.
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)::umask(077);
    sys::must(::prctl(PR_SET_DUMPABLE, 0), "become undumpable");

    // The connection first, so that it goes last: the ledger holds replies of it.
    const auto connection = bus::connect();
    sys::EventLoop loop(
        [](const std::exception &error) { spdlog::error("in the event loop: {}", error.what()); });
    session::LauncherLink launcher(loop, settings.launcher, settings.state);
    session::Ledger ledger(loop, settings.config, {settings.state, settings.runtime}, launcher, {},
                           settings.catalogue);
    for (const std::string &problem : settings.catalogue.problems)
        spdlog::warn("left out: {}", problem);
    bus::Service service(*connection, loop, ledger, settings.config);

    // The name before recovery: a second frankend fails here, with nothing touched.
    service.publish();
    ledger.recover();
    ledger.host_table().begin();
    const auto terminated = loop.on_signal(SIGTERM, [&loop] { loop.quit(EXIT_SUCCESS); });
    const auto interrupted = loop.on_signal(SIGINT, [&loop] { loop.quit(EXIT_SUCCESS); });
    loop.watch_dog();
    (void)sd_notify(0, "READY=1");
    spdlog::info("ready, version {}", paths::version);
    const int status = loop.run();
    (void)sd_notify(0, "STOPPING=1");
    return status;
}

} // namespace

} // namespace frank

int main(int argc, char **argv) {
    try {
        frank::start_log();
        const frank::Order order = frank::read_order(argc, argv);
        if (order.settings)
            return frank::serve(*order.settings);
        (order.status == EXIT_SUCCESS ? std::cout : std::cerr) << order.message << '\n';
        return order.status;
    } catch (const std::exception &error) {
        spdlog::critical("{}", error.what());
        return EXIT_FAILURE;
    }
}
