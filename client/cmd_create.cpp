#include "client/attendant.hpp"
#include "client/bind_spec.hpp"
#include "client/command.hpp"
#include "client/emulator_file.hpp"
#include "client/limit_spec.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"
#include "client/progress.hpp"
#include "client/source.hpp"
#include "client/terminal.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <exception>
#include <fcntl.h>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct CreateOptions {
    std::string name;
    std::string source;
    std::string arch;
    std::string cpu;
    std::string emulator;
    std::string board;
    std::string accel;
    std::vector<std::string> workarounds_off;
    std::vector<std::string> include;
    std::vector<std::string> binds;
    std::vector<std::string> limits;
    bool dry_run = false;
};

Options details_of(const CreateOptions &options) {
    Options details;
    if (!options.arch.empty())
        details["arch"] = sdbus::Variant{text_argument("--arch", options.arch)};
    if (!options.cpu.empty())
        details["cpu"] = sdbus::Variant{text_argument("--cpu", options.cpu)};
    if (!options.board.empty())
        details["board"] = sdbus::Variant{text_argument("--board", options.board)};
    if (!options.accel.empty())
        details["accel"] = sdbus::Variant{options.accel};
    if (!options.limits.empty())
        details["limits"] = sdbus::Variant{read_limits(options.limits)};
    for (const std::string &name : options.workarounds_off)
        (void)text_argument("--no-workaround", name);
    if (!options.workarounds_off.empty())
        details["workarounds_off"] = sdbus::Variant{options.workarounds_off};
    return details;
}

int describe(DaemonLink &link, const CreateOptions &options, const Source &source,
             const std::vector<BindSpec> &binds) {
    Options details = details_of(options);
    details["kind"] = sdbus::Variant{std::string(kind_name(source.kind))};
    ManagerRemote manager = link.manager();
    auto steps = asked("frankend", [&] { return manager.DescribePlan(options.name, details); });
    for (const BindSpec &bind : binds)
        steps.push_back(describe(bind));
    if (link.globals().json) {
        print_json(steps);
        return 0;
    }
    for (const std::string &step : steps)
        print_line(step);
    return 0;
}

Pending<sdbus::ObjectPath> send_create(ManagerRemote &manager, const CreateOptions &options,
                                       const Source &source, const Options &details) {
    sdbus::IProxy &object = manager.object();
    const char *interface = contract::manager_interface;
    if (source.kind == Source::Kind::debian)
        return send<sdbus::ObjectPath>(object, interface, "CreateFromDebian", options.name,
                                       text_argument("the suite", source.suite), details);
    const int copy = fcntl(source.fd.get(), F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        throw system_failure("fcntl");
    const sdbus::UnixFd fd{copy, sdbus::adopt_fd};
    return send<sdbus::ObjectPath>(object, interface,
                                   source.kind == Source::Kind::directory ? "CreateFromDirectory"
                                                                          : "CreateFromArchive",
                                   options.name, fd, details);
}

std::string begin(DaemonLink &link, Attendant &attendant, const CreateOptions &options, const Source &source,
                  const EmulatorFile &emulator) {
    ManagerRemote manager = link.manager();
    Options details = details_of(options);
    emulator.add_to(details);
    details["source"] = sdbus::Variant{printable(options.source)};
    if (!options.include.empty())
        details["include"] = sdbus::Variant{options.include};
    return authorised(link.globals(), [&](bool interactive) -> std::string {
        details["interactive"] = sdbus::Variant{interactive};
        return std::get<0>(attendant.await(send_create(manager, options, source, details), "frankend"));
    });
}

/// Waits for the end of the creation; the first Ctrl-C undoes it, and the second leaves that to frankend
/// alone.
int finish(DaemonLink &link, Attendant &attendant, const std::string &path, Progress &progress) {
    int ended_by = 0;
    attendant.on_signal([&](int signal) {
        if (!is_ending(signal))
            return;
        if (ended_by != 0)
            throw Interrupted(signal);
        ended_by = signal;
        JobRemote job(link.connection(), path);
        (void)send<>(job.object(), contract::job_interface, "Cancel", Options{});
    });
    const JobEnd end = wait_for_end(link, attendant.loop(), path);
    progress.clear();
    if (ended_by != 0 && end.result == "cancelled")
        throw Interrupted(ended_by);
    return exit_status_of(end, "the creation");
}

/// What native speed would take where it is not on already, or why it cannot be had.
void tell_of_acceleration(DaemonLink &link, const CreateOptions &options) {
    try {
        SessionRemote session = link.session(options.name);
        if (options.accel == "off" || std::string(session.Acceleration()) != "none")
            return;
        const auto offer = session.AccelerationOffer();
        if (offer.get<0>())
            complain("its tools run emulated; for native speed: frankctl accel " + options.name + " on (" +
                     printable(offer.get<1>()) + ")");
        else if (options.accel == "on")
            complain("its tools stay emulated: " + printable(offer.get<1>()));
    } catch (const std::exception &) { // it was made, whatever becomes of this question
    }
}

/// Whatever has become of the creation meanwhile.
void undo(DaemonLink &link, EventLoop &loop, const std::string &name, const std::string &path) {
    JobRemote job(link.connection(), path);
    (void)send<>(job.object(), contract::job_interface, "Cancel", Options{});
    if (wait_for_end(link, loop, path).result != "exited")
        return;
    SessionRemote session = link.session(name);
    const std::string removal = asked(session_title(name), [&] {
        return session.Destroy({{"force", sdbus::Variant{true}}});
    });
    (void)wait_for_end(link, loop, removal);
}

/// What the session is to see of this machine from its first start on. One that is refused ends the creation.
void add_binds(DaemonLink &link, Attendant &attendant, const CreateOptions &options,
               const std::vector<BindSpec> &binds, const std::string &path) {
    try {
        for (const BindSpec &spec : binds)
            bind(link, options.name, spec);
    } catch (const Failure &) {
        undo(link, attendant.loop(), options.name, path);
        throw;
    }
}

int create(const CreateOptions &options, const Invocation &invocation) {
    (void)text_argument("the name", options.name);
    for (const std::string &package : options.include)
        (void)text_argument("--include", package);
    const Source source = open_source(options.source);
    if (!options.include.empty() && source.kind != Source::Kind::debian)
        throw Failure("--include goes with debian:SUITE alone");
    const EmulatorFile emulator(options.emulator);
    std::vector<BindSpec> binds;
    for (const std::string &text : options.binds)
        binds.push_back(open_bind(text));
    DaemonLink link(invocation.globals);
    if (options.dry_run)
        return describe(link, options, source, binds);
    Attendant attendant(link);
    Progress progress(link, !invocation.globals.quiet);
    const std::string path = begin(link, attendant, options, source, emulator);
    add_binds(link, attendant, options, binds, path);
    progress.follow(path);
    const int status = finish(link, attendant, path, progress);
    if (status == 0 && !invocation.globals.quiet)
        tell_of_acceleration(link, options);
    if (status == 0 && !invocation.globals.quiet && is_terminal(STDERR_FILENO))
        complain("'" + options.name + "' is ready: frankctl enter " + options.name);
    return status;
}

} // namespace

Action define_create(CLI::App &verb) {
    const auto options = std::make_shared<CreateOptions>();
    verb.add_option("NAME", options->name, "what to call it: a-z, 0-9 and '-'")->required();
    verb.add_option("SOURCE", options->source,
                    "a directory, used in place; a tarball (.tar .tar.gz .tgz .tar.bz2 .tar.xz .tar.zst), or "
                    "- for one "
                    "on standard input; debian:SUITE")
        ->required();
    verb.add_option("--arch", options->arch,
                    "architecture, such as arm64 or aarch64, where the root's shell does not tell")
        ->type_name("ARCH");
    verb.add_option("--board", options->board, "board to show inside; see: frankctl boards")
        ->type_name("BOARD");
    verb.add_option("--cpu", options->cpu,
                    "CPU model that the emulator shows, as qemu names it, instead of the board's")
        ->type_name("MODEL");
    verb.add_option("--emulator", options->emulator,
                    "a static qemu-user to use in place of the distribution's")
        ->type_name("PATH");
    verb.add_option("--accel", options->accel,
                    "native speed from the first start on: auto (where that takes no download), on or off")
        ->check(CLI::IsMember({"auto", "on", "off"}))
        ->type_name("WHEN");
    verb.add_option("--no-workaround", options->workarounds_off,
                    "a work-around that the session is not to get; may be repeated")
        ->type_name("NAME")
        ->allow_extra_args(false);
    verb.add_option("--include", options->include, "more packages for debian:SUITE; may be repeated")
        ->type_name("PKG[,PKG...]")
        ->delimiter(',')
        ->allow_extra_args(false);
    verb.add_option("--bind", options->binds,
                    "a directory of this machine that the session is to see, as in: frankctl bind; may be "
                    "repeated")
        ->type_name("SRC[:DST[:ro|rw]]")
        ->allow_extra_args(false);
    verb.add_option("--limit", options->limits,
                    "what the session may take of this machine, as in: frankctl limit; may be repeated")
        ->type_name("RESOURCE=AMOUNT")
        ->allow_extra_args(false);
    verb.add_flag("--dry-run", options->dry_run, "print what would be done, step by step, and do nothing");
    return [options](const Invocation &invocation) { return create(*options, invocation); };
}

} // namespace frank::client
