#include "client/attached_job.hpp"
#include "client/command.hpp"
#include "client/debugger.hpp"
#include "client/output.hpp"
#include "client/terminal.hpp"

#include <CLI/App.hpp>
#include <csignal>
#include <cstdio>
#include <fcntl.h>

namespace frank::client {

namespace {

struct DebugOptions {
    CommandOptions command;
    std::string sysroot;
    bool wait = false;
};

/// Where gdb finds the session's files: the directory that the session is used in place from, else through
/// the emulator, which QEMU 8.1 can.
std::string sysroot_of(DaemonLink &link, const DebugOptions &options) {
    if (!options.sysroot.empty())
        return options.sysroot;
    SessionRemote session = link.session(options.command.session);
    return asked(session_title(options.command.session), [&session]() -> std::string {
        return session.Kind() == "directory" ? session.Source() : "target:";
    });
}

/// The terminal is gdb's: the command reads nothing.
Fd take_terminal() {
    Fd terminal(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
    const Fd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!terminal || !null || dup2(null.get(), STDIN_FILENO) < 0)
        throw system_failure("cannot give the terminal to gdb");
    return terminal;
}

int debug(const DebugOptions &options, const Invocation &invocation) {
    const bool start = !options.wait && is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO) && has_gdb();
    const Fd terminal = start ? take_terminal() : Fd();
    Streams streams(true, 0);
    DaemonLink link(invocation.globals);
    Attendant attendant(link);
    DebuggerDoor door(attendant.loop());
    const std::string sysroot = sysroot_of(link, options);
    const std::vector<std::string> words = gdb_command(sysroot, door.path(), invocation.command.front());

    Options details;
    details["debugger"] = sdbus::Variant{door.take_far_end()};
    const std::string path =
        spawn_command(link, attendant, options.command, std::move(details), streams, invocation.command);
    if (!start) {
        complain("the command waits at its entry for: " + shell_words(words));
        const JobEnd end = attend_command(link, attendant, streams, path);
        tell_breakage(link, path);
        return exit_status_of(end, job_title(job_id(path)));
    }
    Gdb gdb(words, terminal);
    streams.start(attendant.loop());
    attendant.on_signal([&link, path](int signal) {
        if (signal != SIGINT && signal != SIGQUIT) // typed: they are gdb's, which stops the program for them
            send_signal(link, path, signal);
    });
    const JobEnd end = wait_for_end(link, attendant.loop(), path);
    while (streams.settle() || gdb.runs())
        attendant.loop().turn(std::chrono::milliseconds(100));
    tell_breakage(link, path);
    return exit_status_of(end, job_title(job_id(path)));
}

} // namespace

Action define_debug(CLI::App &verb) {
    const auto options = std::make_shared<DebugOptions>();
    add_command_options(verb, options->command);
    verb.add_option("--sysroot", options->sysroot, "a copy of the session's files for gdb")->type_name("DIR");
    verb.add_flag("--wait", options->wait, "print the command for gdb, even where gdb could be started");
    return [options](const Invocation &invocation) { return debug(*options, invocation); };
}

} // namespace frank::client
