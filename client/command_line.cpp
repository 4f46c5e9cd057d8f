#include "client/command_line.hpp"

#include "client/failure.hpp"
#include "client/remote.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <cstdio>
#include <string_view>
#include <unistd.h>

namespace frank::client {

namespace {

constexpr std::array table{
    Command{"create", "make a session from a directory, a tarball or a Debian suite", define_create,
            Command::Rest::none},
    Command{"enter", "get a terminal in a session", define_enter, Command::Rest::optional},
    Command{"run", "run a command in a session; streams and exit status are the command's", define_run,
            Command::Rest::required},
    Command{"trace", "run a command in a session and show the system calls of all that comes of it",
            define_trace, Command::Rest::required},
    Command{"debug", "run a command in a session, stopped at its entry for gdb", define_debug,
            Command::Rest::required},
    Command{"start", "start a session", define_start, Command::Rest::none},
    Command{"stop", "end every process of a session", define_stop, Command::Rest::none},
    Command{"list", "list the sessions", define_list, Command::Rest::none},
    Command{"show", "show all about a session", define_show, Command::Rest::none},
    Command{"destroy", "forget a session and delete what was made for it", define_destroy,
            Command::Rest::none},
    Command{"clone", "make another session whose root is as this one's is now", define_clone,
            Command::Rest::none},
    Command{"commit", "keep a throw-away session, by a name of its own", define_commit, Command::Rest::none},
    Command{"snapshot", "remember what a session's root is now", define_snapshot, Command::Rest::none},
    Command{"snapshots", "list a session's snapshots, or take one away", define_snapshots,
            Command::Rest::none},
    Command{"rollback", "make a session's root what it was at a snapshot", define_rollback,
            Command::Rest::none},
    Command{"jobs", "list the jobs", define_jobs, Command::Rest::none},
    Command{"log", "print a job's log", define_log, Command::Rest::none},
    Command{"attach", "print a job's log as it grows and end with its status", define_attach,
            Command::Rest::none},
    Command{"cancel", "end a job", define_cancel, Command::Rest::none},
    Command{"boards", "list the boards that a session can show", define_boards, Command::Rest::none},
    Command{"accel", "native speed for compilers, shells and other tools of a session", define_accel,
            Command::Rest::optional},
    Command{"workarounds", "list the work-arounds that a session gets, or switch one on or off",
            define_workarounds, Command::Rest::none},
    Command{"bind", "let a session see a directory of this machine, or list those that it sees", define_bind,
            Command::Rest::none},
    Command{"unbind", "take a directory away from a session", define_unbind, Command::Rest::none},
    Command{"limit", "limit what a session may take of this machine, or show that and what it takes",
            define_limit, Command::Rest::none},
    Command{"binfmt", "show and change which foreign programs this machine runs outside of sessions",
            define_binfmt, Command::Rest::none},
    Command{"emulators", "list the emulators of this machine, each tried", define_emulators,
            Command::Rest::none},
    Command{"doctor", "check what this machine can do", define_doctor, Command::Rest::none},
};

void add_globals(CLI::App &app, Globals &globals) {
    app.add_option_function<std::string>(
           "--format", [&globals](const std::string &format) { globals.json = format == "json"; },
           "how to print: table or json")
        ->take_last()
        ->check(CLI::IsMember({"table", "json"}))
        ->type_name("table|json");
    app.add_flag("-q,--quiet", globals.quiet, "print names or nothing; no progress");
    app.add_flag("--no-ask-password", globals.no_ask_password, "be refused rather than asked for a password");
    app.add_option("--bus", globals.bus, "the D-Bus address where frankend is, instead of the system bus")
        ->take_last()
        ->type_name("ADDRESS");
    app.add_option("--host", globals.host,
                   "do all of it on another machine, by ssh; files and directories are that one's")
        ->take_last()
        ->type_name("[USER@]HOST");
    app.set_version_flag("--version", std::string("frankctl ") + FRANK_VERSION, "print the version");
}

/// Help that tells of what the parser never sees, and does not tell what it thinks of types.
class Help final : public CLI::Formatter {
  public:
    explicit Help(Command::Rest rest) : rest_(rest) {}
    std::string make_usage(const CLI::App *app, std::string name) const override {
        std::string usage = CLI::Formatter::make_usage(app, std::move(name));
        const std::size_t end = usage.find_last_not_of('\n') + 1;
        if (rest_ == Command::Rest::required)
            usage.insert(end, " -- CMD...");
        else if (rest_ == Command::Rest::optional)
            usage.insert(end, " [-- CMD...]");
        return usage;
    }
    std::string make_option_opts(const CLI::Option *option) const override {
        return option->get_positional() || option->get_type_size() == 0 ? "" : " " + option->get_type_name();
    }

  private:
    Command::Rest rest_;
};

/// Where the command of the session begins: behind the first "--". Cut off before the parser sees it, because
/// argv of a command is bytes, and a parser of options has opinions about brackets, dashes and empty words.
int end_of_options(int argc, const char *const *argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--")
            return i;
    return argc;
}

[[noreturn]] void refuse(const CLI::ParseError &error, const CLI::App &app) {
    const std::vector<std::string> rest = app.remaining(true);
    const auto chosen = app.get_subcommands();
    const std::string help =
        chosen.empty() ? "frankctl --help" : "frankctl " + chosen.front()->get_name() + " --help";
    if (chosen.empty() && !rest.empty() && rest.front().rfind('-', 0) != 0)
        throw Failure("there is no command '" + rest.front() + "'; see: frankctl --help");
    if (chosen.empty() && rest.empty() && error.get_name() == "RequiredError")
        throw Failure("which command? see: frankctl --help");
    if (!rest.empty())
        throw Failure("unexpected '" + rest.front() + "'; see: " + help);
    throw Failure(std::string(error.what()) + "; see: " + help);
}

void check_rest(const Command &command, const Invocation &invocation, bool dashes) {
    const std::string usage = std::string("frankctl ") + command.name;
    if (command.rest == Command::Rest::none && dashes)
        throw Failure(usage + " takes no command after '--'; see: " + usage + " --help");
    if (command.rest == Command::Rest::required && invocation.command.empty())
        throw Failure("no command to run: it goes behind '--', as in: frankctl run NAME -- uname -m");
    if (!invocation.command.empty() && invocation.command.front().empty())
        throw Failure("the command behind '--' has an empty name");
}

} // namespace

bool Globals::may_ask() const { return !no_ask_password && isatty(STDIN_FILENO) == 1; }

std::span<const Command> commands() { return table; }

std::optional<Request> read_command_line(int argc, const char *const *argv) {
    Request request;
    CLI::App app{"Run foreign root filesystems as if they were native.", "frankctl"};
    app.require_subcommand(1);
    app.formatter(std::make_shared<Help>(Command::Rest::none));
    app.footer("Everywhere: --format, --quiet, --no-ask-password, --host, --bus, --version; see: frankctl "
               "--help"); // inherited
    add_globals(app, request.invocation.globals);
    const Command *chosen = nullptr;
    for (const Command &command : table) {
        CLI::App &verb = *app.add_subcommand(command.name, command.summary);
        verb.fallthrough();
        verb.formatter(std::make_shared<Help>(command.rest));
        verb.parse_complete_callback([&request, &chosen, &command, action = command.define(verb)] {
            chosen = &command;
            request.action = action;
        });
    }
    app.footer(
        "Exit status: the command's own; 128+N if it died of signal N; 125 if frankend refused or failed, "
        "126 if\nthe command could not be run, 127 if it was not found. More: man frankctl");
    const int end = end_of_options(argc, argv);
    if (end < argc)
        request.invocation.command.assign(argv + end + 1, argv + argc);
    try {
        app.parse(end, argv);
    } catch (const CLI::Success &done) {
        (void)app.exit(done);
        return std::nullopt;
    } catch (const CLI::ParseError &error) {
        refuse(error, app);
    }
    check_rest(*chosen, request.invocation, end < argc);
    if (app.get_option("--host")->count() > 0) {
        const bool terminal = std::string_view(chosen->name) == "enter";
        auto there = ssh_command(request.invocation.globals.host, words_for_there(argc, argv), terminal);
        request.action = [there](const Invocation &) -> int { become(there); };
    }
    return request;
}

} // namespace frank::client
