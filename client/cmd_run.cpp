#include "client/attached_job.hpp"
#include "client/command.hpp"
#include "client/output.hpp"
#include "client/terminal.hpp"
#include "client/terminal_job.hpp"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct RunOptions {
    CommandOptions command;
    bool tty = false;
    bool no_tty = false;
    bool detach = false;
    unsigned preserve_fds = 0;
};

int run_attached(DaemonLink &link, const RunOptions &options, Streams &streams,
                 const std::vector<std::string> &argv) {
    Attendant attendant(link);
    const std::string path = spawn_command(link, attendant, options.command, {}, streams, argv);
    const JobEnd end = attend_command(link, attendant, streams, path);
    tell_breakage(link, path);
    return exit_status_of(end, job_title(job_id(path)));
}

int run_detached(DaemonLink &link, const RunOptions &options, const Streams &streams,
                 const Invocation &invocation) {
    Attendant attendant(link);
    Options details{{"log", sdbus::Variant{true}}};
    if (options.tty)
        details["tty"] = sdbus::Variant{true};
    const std::string id = job_id(
        spawn_command(link, attendant, options.command, std::move(details), streams, invocation.command));
    if (invocation.globals.json)
        print_json({{"job", id}});
    else
        print_line(id);
    return 0;
}

int run(const RunOptions &options, const Invocation &invocation) {
    const bool tty = options.tty || (!options.no_tty && !options.detach && options.preserve_fds == 0 &&
                                     is_terminal(STDIN_FILENO) && is_terminal(STDOUT_FILENO));
    if (tty && !options.detach) {
        DaemonLink link(invocation.globals);
        return run_on_terminal(link, options.command, invocation.command);
    }
    Streams streams(!options.detach, options.preserve_fds);
    DaemonLink link(invocation.globals);
    return options.detach ? run_detached(link, options, streams, invocation)
                          : run_attached(link, options, streams, invocation.command);
}

} // namespace

Action define_run(CLI::App &verb) {
    // A bus takes 16 descriptors with a message, three of which are 0, 1 and 2.
    constexpr unsigned most_preserved = 13;
    const auto options = std::make_shared<RunOptions>();
    add_command_options(verb, options->command);
    auto *tty = verb.add_flag("-t,--tty", options->tty, "on a terminal, even where frankctl has none");
    verb.add_flag("-T,--no-tty", options->no_tty,
                  "with frankctl's own streams, even where it is on a terminal")
        ->excludes(tty);
    verb.add_option("--preserve-fds", options->preserve_fds, "pass descriptors 3 to N+2 as well")
        ->type_name("N")
        ->check(CLI::Range(0U, most_preserved))
        ->excludes(tty);
    verb.add_flag("-d,--detach", options->detach,
                  "print the job's id and leave it alone; see log and attach");
    return [options](const Invocation &invocation) { return run(*options, invocation); };
}

} // namespace frank::client
