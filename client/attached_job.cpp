#include "client/attached_job.hpp"

#include "client/emulator_file.hpp"
#include "client/polkit_agent.hpp"

namespace frank::client {

std::string spawn_command(DaemonLink &link, Attendant &attendant, const CommandOptions &options,
                          Options details, const Streams &streams, const std::vector<std::string> &argv) {
    SessionRemote session = link.session(options.session);
    if (!options.user.empty())
        details["user"] = sdbus::Variant{text_argument("--user", options.user)};
    if (!options.cpu.empty())
        details["cpu"] = sdbus::Variant{text_argument("--cpu", options.cpu)};
    if (options.ephemeral)
        details["ephemeral"] = sdbus::Variant{true};
    EmulatorFile(options.emulator).add_to(details);
    const ByteStrings env = bytes_of(environment_of(options, details.count("tty") != 0));
    return authorised(link.globals(), [&](bool interactive) -> std::string {
        details["interactive"] = sdbus::Variant{interactive};
        const auto answer =
            send<sdbus::ObjectPath>(session.object(), contract::session_interface, "Spawn", bytes_of(argv),
                                    bytes_of(options.workdir), env, streams.descriptors(), details);
        return std::get<0>(attendant.await(answer, session_title(options.session)));
    });
}

JobEnd attend_command(DaemonLink &link, Attendant &attendant, Streams &streams, const std::string &path) {
    streams.start(attendant.loop());
    attendant.on_signal([&link, path](int signal) { send_signal(link, path, signal); });
    JobEnd end = wait_for_end(link, attendant.loop(), path);
    attendant.let_signals_end();
    while (streams.settle())
        attendant.loop().turn();
    return end;
}

} // namespace frank::client
