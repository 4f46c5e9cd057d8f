#include "client/accel_build.hpp"
#include "client/attendant.hpp"
#include "client/command.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"
#include "client/progress.hpp"
#include "client/source.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct AccelOptions {
    CommandOptions command; ///< its session, and the rest for "verify -- CMD"
    std::string what = "status";
    std::vector<std::string> classes;
    std::string from; ///< a directory

    /// For frankend, which knows what classes there are.
    Options details(bool interactive) const {
        Options given{{"interactive", sdbus::Variant{interactive}}};
        if (what == "verify")
            given["verify"] = sdbus::Variant{true};
        if (!classes.empty())
            given["classes"] = sdbus::Variant{classes};
        if (!from.empty())
            given["from"] = sdbus::Variant{sdbus::UnixFd{open_directory(from).release(), sdbus::adopt_fd}};
        return given;
    }
};

int accelerate(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.command.session);
    Progress progress(link, !invocation.globals.quiet);
    const std::string path = authorised(invocation.globals, [&](bool interactive) -> std::string {
        return asked(session_title(options.command.session),
                     [&] { return session.Accelerate(options.details(interactive)); });
    });
    progress.follow(path);
    EventLoop loop(link.connection());
    const JobEnd end = wait_for_end(link, loop, path);
    progress.clear();
    return exit_status_of(end, "the acceleration of " + session_title(options.command.session));
}

int emulate(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.command.session);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(options.command.session), [&] { session.Emulate(options.details(interactive)); });
    });
    return 0;
}

std::string seconds(std::uint64_t microseconds) {
    const std::uint64_t tenths = (microseconds + 50'000) / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// Where there is no tool to tell of.
void say_state(SessionRemote &session, const AccelOptions &options, const std::string &state) {
    const auto offer =
        asked(session_title(options.command.session), [&] { return session.AccelerationOffer(); });
    std::string line = "acceleration: " + state;
    if (state == "on")
        line += ", from the session's first start on";
    else if (state == "none" || state == "off")
        line += offer.get<0>() ? "; frankctl accel " + options.command.session + " on" : "";
    if (!offer.get<1>().empty() && state != "busy")
        line += " (" + offer.get<1>() + ")";
    print_line(line);
}

int status(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.command.session);
    const auto twins = asked(session_title(options.command.session), [&] { return session.ListTwins(); });
    const std::string state =
        asked(session_title(options.command.session), [&] { return std::string(session.Acceleration()); });
    const auto off = asked(session_title(options.command.session), [&] { return session.AccelerationOff(); });
    auto list = nlohmann::ordered_json::array();
    Table table({"CLASS", "TOOL", "RUNS", "WHY", "NATIVE", "EMULATED", "SECONDS SAVED"});
    for (const auto &twin : twins) {
        const auto &[tool_class, path, native, why, natively, emulated, saved] =
            static_cast<const std::tuple<std::string, std::string, bool, std::string, std::uint64_t,
                                         std::uint64_t, std::uint64_t> &>(twin);
        list.push_back({{"class", tool_class},
                        {"tool", path},
                        {"native", native},
                        {"why", why},
                        {"native_calls", natively},
                        {"emulated_calls", emulated},
                        {"saved_us", saved}});
        table.add({tool_class, path, native ? "natively" : "emulated", why, std::to_string(natively),
                   std::to_string(emulated), seconds(saved)});
    }
    if (invocation.globals.json)
        print_json(nlohmann::ordered_json{
            {"acceleration", state}, {"classes_off", off}, {"tools", std::move(list)}});
    else if (!list.empty())
        table.print();
    else if (!invocation.globals.quiet)
        say_state(session, options, state);
    return 0;
}

} // namespace

Action define_accel(CLI::App &verb) {
    const auto options = std::make_shared<AccelOptions>();
    verb.add_option("NAME", options->command.session, "the session")->required();
    verb.add_option("WHAT", options->what, "status, on, off or verify")
        ->check(CLI::IsMember({"status", "on", "off", "verify"}))
        ->capture_default_str();
    verb.footer(
        "on: tools with a verified native twin run natively from the next exec on; makes the twins first "
        "where there are none (a download).\nverify: makes them anew and compares all again.\nverify -- CMD: "
        "runs a build twice, emulated and accelerated, in copies of one "
        "directory, and prints what differs; exits with 0 where nothing does, with 1 else. A command "
        "with FRANKEND_ACCEL=off in its environment runs no twin.");
    verb.add_option(
            "--class", options->classes,
            "on, off: these tools alone: compiler, binutils, build, shell, archive, coreutils, lang; may be "
            "repeated")
        ->type_name("CLASS[,CLASS...]")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb.add_option(
            "--from", options->from,
            "on: take native tools from this root, such as a Gentoo with crossdev, or '/': this machine's")
        ->type_name("DIR");
    verb.add_option("-u,--user", options->command.user, "with CMD: user inside; default root")
        ->type_name("USER");
    verb.add_option("-w,--workdir", options->command.workdir,
                    "with CMD: directory inside, of which each build gets a copy; default the user's home")
        ->type_name("DIR");
    verb.add_option("-e,--env", options->command.env, "with CMD: set a variable; may be repeated")
        ->type_name("KEY[=VALUE]")
        ->allow_extra_args(false);
    return [options](const Invocation &invocation) {
        const bool builds = !invocation.command.empty();
        const CommandOptions &command = options->command;
        if (builds && options->what != "verify")
            throw Failure("a command goes with verify alone");
        if (!builds && !(command.user.empty() && command.workdir.empty() && command.env.empty()))
            throw Failure("--user, --workdir and --env go with verify -- CMD alone");
        if (!options->classes.empty() && options->what != "on" && options->what != "off")
            throw Failure("--class goes with on and off alone");
        if (!options->from.empty() && options->what != "on")
            throw Failure("--from goes with on alone");
        for (const std::string &name : options->classes)
            (void)text_argument("--class", name);
        if (builds)
            return compare_builds(command, invocation);
        if (options->what == "status")
            return status(*options, invocation);
        return options->what == "off" ? emulate(*options, invocation) : accelerate(*options, invocation);
    };
}

} // namespace frank::client
