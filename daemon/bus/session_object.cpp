#include "daemon/bus/session_object.hpp"

#include "daemon/bus/descriptors.hpp"
#include "daemon/bus/session_pass.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

std::string text_of(const Bytes &bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<std::string> texts_of(const std::vector<Bytes> &list) {
    std::vector<std::string> texts;
    texts.reserve(list.size());
    for (const Bytes &bytes : list)
        texts.push_back(text_of(bytes));
    return texts;
}

sdbus::ObjectPath path_of(session::JobId job) {
    return sdbus::ObjectPath{contract::job_path(std::to_string(job))};
}

plan::RawSpawn raw_command(const std::vector<Bytes> &argv, const Bytes &cwd, const std::vector<Bytes> &env) {
    plan::RawSpawn raw;
    raw.argv = texts_of(argv);
    raw.cwd = text_of(cwd);
    raw.env = texts_of(env);
    return raw;
}

/// What travels beside a command.
struct Held {
    std::vector<sys::Fd> fds;
    sys::Fd emulator;
    sys::Fd watcher;
};

/// An emulator and a CPU model for this command alone.
sys::Fd read_emulator(Options &options, plan::RawSpawn &raw) {
    raw.cpu = options.text("cpu");
    const auto given = options.descriptor("emulator");
    const std::string name = options.text("emulator_name", "emulator");
    if (!given)
        return {};
    raw.emulator = name.empty() ? "emulator" : name;
    return take_emulator(*given);
}

/// Who looks on while it runs.
sys::Fd read_watcher(Options &options, plan::RawSpawn &raw) {
    const auto trace = options.descriptor("trace");
    const auto debugger = options.descriptor("debugger");
    if (trace && debugger)
        refuse(Error::invalid_argument, "a command is traced or debugged, not both");
    if (!trace && !debugger)
        return {};
    raw.watch = trace ? plan::Watch::trace : plan::Watch::debug;
    return take_watcher(trace ? *trace : *debugger, raw.watch);
}

} // namespace

SessionObject::SessionObject(sdbus::IConnection &connection, Door &door, std::string name)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::session_path(name)}), door_(door),
      name_(std::move(name)) {
    registerAdaptor();
}

SessionObject::~SessionObject() { unregisterAdaptor(); }

void SessionObject::Start(sdbus::Result<> &&result, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        pass(rule_of(INTERFACE_NAME, "Start"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, reply](const Caller &) {
                 ledger.start(name, answer(reply));
             });
    });
}

void SessionObject::Stop(sdbus::Result<> &&result, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        pass(rule_of(INTERFACE_NAME, "Stop"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, reply](const Caller &) {
                 ledger.stop(name, answer(reply));
             });
    });
}

void SessionObject::Destroy(sdbus::Result<sdbus::ObjectPath> &&result, OptionMap options) {
    const Reply<sdbus::ObjectPath> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        const bool force = read.flag("force");
        read.done();
        pass(rule_of(INTERFACE_NAME, "Destroy"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, force, reply](const Caller &caller) {
                 reply.send(path_of(accept(ledger.destroy(name, force, caller.uid))));
             });
    });
}

void SessionObject::Spawn(sdbus::Result<sdbus::ObjectPath> &&result, std::vector<Bytes> argv, Bytes cwd,
                          std::vector<Bytes> env, std::map<std::uint32_t, sdbus::UnixFd> fds,
                          OptionMap options) {
    const Reply<sdbus::ObjectPath> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        plan::RawSpawn raw = raw_command(argv, cwd, env);
        raw.user = read.text("user");
        raw.log = read.flag("log");
        raw.tty = read.flag("tty");
        raw.throw_away = read.flag("ephemeral");
        const auto held = std::make_shared<Held>(); // std::function copies, descriptors do not
        held->emulator = read_emulator(read, raw);
        held->watcher = read_watcher(read, raw);
        const bool interactive = read.interactive();
        read.done();
        if (raw.tty && !raw.log)
            refuse(Error::invalid_argument,
                   "the option \"tty\" needs \"log\"; for a terminal of your own use Enter");
        for (const auto &[number, fd] : fds)
            raw.fd_numbers.push_back(number);
        plan::SpawnRequest request = accept(plan::parse_spawn(std::move(raw)));
        for (const auto &[number, fd] : fds)
            held->fds.push_back(take_for_command(fd, number));

        std::map<std::string, std::string> details{{"program", plan::describe(request)},
                                                   {"user", request.user}};
        pass(rule_of(INTERFACE_NAME, "Spawn"), interactive, std::move(details), reply,
             [&ledger = door_.ledger(), name = name_, request = std::move(request), held,
              reply](const Caller &caller) {
                 ledger.spawn(
                     name, request, std::move(held->fds), caller.uid,
                     [reply](const plan::Result<session::Spawned> &spawned) {
                         guarded(reply, [&] {
                             if (!spawned)
                                 throw to_error(spawned.error());
                             reply.send(path_of(spawned->job));
                         });
                     },
                     std::move(held->emulator), std::move(held->watcher));
             });
    });
}

void SessionObject::Enter(sdbus::Result<sdbus::ObjectPath, sdbus::UnixFd> &&result, std::vector<Bytes> argv,
                          Bytes cwd, std::vector<Bytes> env, OptionMap options) {
    const Reply<sdbus::ObjectPath, sdbus::UnixFd> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        plan::RawSpawn raw = raw_command(argv, cwd, env);
        raw.user = read.text("user");
        raw.tty = true;
        raw.throw_away = read.flag("ephemeral");
        raw.rows = read.number("rows");
        raw.columns = read.number("columns");
        const auto held = std::make_shared<Held>();
        held->emulator = read_emulator(read, raw);
        const bool interactive = read.interactive();
        read.done();
        plan::SpawnRequest request = accept(plan::parse_spawn(std::move(raw)));

        std::map<std::string, std::string> details{{"program", plan::describe(request)},
                                                   {"user", request.user}};
        pass(rule_of(INTERFACE_NAME, "Enter"), interactive, std::move(details), reply,
             [&ledger = door_.ledger(), name = name_, request = std::move(request), held,
              reply](const Caller &caller) {
                 ledger.spawn(
                     name, request, {}, caller.uid,
                     [reply](const plan::Result<session::Spawned> &spawned) {
                         guarded(reply, [&] {
                             if (!spawned)
                                 throw to_error(spawned.error());
                             reply.send(path_of(spawned->job), sdbus::UnixFd{spawned->terminal.get()});
                         });
                     },
                     std::move(held->emulator));
             });
    });
}

} // namespace frank::bus
