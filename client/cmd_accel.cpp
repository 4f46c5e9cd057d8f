#include "client/attendant.hpp"
#include "client/command.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"
#include "client/progress.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct AccelOptions {
    std::string name;
    std::string what = "status";
    std::vector<std::string> classes;

    /// For frankend, which knows what classes there are.
    Options details(bool interactive) const {
        Options given{{"interactive", sdbus::Variant{interactive}}};
        if (what == "verify")
            given["verify"] = sdbus::Variant{true};
        if (!classes.empty())
            given["classes"] = sdbus::Variant{classes};
        return given;
    }
};

int accelerate(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    Progress progress(link, !invocation.globals.quiet);
    const std::string path = authorised(invocation.globals, [&](bool interactive) -> std::string {
        return asked(session_title(options.name),
                     [&] { return session.Accelerate(options.details(interactive)); });
    });
    progress.follow(path);
    EventLoop loop(link.connection());
    const JobEnd end = wait_for_end(link, loop, path);
    progress.clear();
    return exit_status_of(end, "the acceleration of " + session_title(options.name));
}

int emulate(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(options.name), [&] { session.Emulate(options.details(interactive)); });
    });
    return 0;
}

std::string seconds(std::uint64_t microseconds) {
    const std::uint64_t tenths = (microseconds + 50'000) / 100'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

/// Where there is no tool to tell of.
void say_state(SessionRemote &session, const AccelOptions &options, const std::string &state) {
    const auto offer = asked(session_title(options.name), [&] { return session.AccelerationOffer(); });
    std::string line = "acceleration: " + state;
    if (state == "on")
        line += ", from the session's first start on";
    else if (state == "none" || state == "off")
        line += offer.get<0>() ? "; frankctl accel " + options.name + " on" : "";
    if (!offer.get<1>().empty() && state != "busy")
        line += " (" + offer.get<1>() + ")";
    print_line(line);
}

int status(const AccelOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(options.name);
    const auto twins = asked(session_title(options.name), [&] { return session.ListTwins(); });
    const std::string state =
        asked(session_title(options.name), [&] { return std::string(session.Acceleration()); });
    const auto off = asked(session_title(options.name), [&] { return session.AccelerationOff(); });
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
    verb.add_option("NAME", options->name, "the session")->required();
    verb.add_option("WHAT", options->what, "status, on, off or verify")
        ->check(CLI::IsMember({"status", "on", "off", "verify"}))
        ->capture_default_str();
    verb.footer(
        "on: tools with a verified native twin run natively from the next exec on; makes the twins first "
        "where there are none (a download).\nverify: makes them anew and compares all again. A command "
        "with FRANKEND_ACCEL=off in its environment runs no twin.");
    verb.add_option(
            "--class", options->classes,
            "on, off: these tools alone: compiler, binutils, build, shell, archive, coreutils; may be "
            "repeated")
        ->type_name("CLASS[,CLASS...]")
        ->delimiter(',')
        ->allow_extra_args(false);
    return [options](const Invocation &invocation) {
        if (!options->classes.empty() && options->what != "on" && options->what != "off")
            throw Failure("--class goes with on and off alone");
        for (const std::string &name : options->classes)
            (void)text_argument("--class", name);
        if (options->what == "status")
            return status(*options, invocation);
        return options->what == "off" ? emulate(*options, invocation) : accelerate(*options, invocation);
    };
}

} // namespace frank::client
