#include "daemon/bus/manager_object.hpp"

#include "dbus-interfaces/names.hpp"
#include "paths.hpp"

namespace frank::bus {

namespace {

/// What every way of creating knows.
plan::RawCreate read_common(Options &options, const std::string &name, plan::RootKind kind,
                            std::uint32_t owner) {
    plan::RawCreate raw;
    raw.name = name;
    raw.kind = kind;
    raw.owner = owner;
    raw.arch = options.text("arch");
    raw.cpu = options.text("cpu");
    raw.board = options.text("board");
    raw.workarounds_off = options.list("workarounds_off");
    raw.accel = options.text("accel");
    raw.limits = options.numbers("limits");
    raw.source = options.text("source");
    return raw;
}

/// The emulator that the caller gives for it, or none.
sys::Fd read_emulator(Options &options, plan::RawCreate &raw) {
    const auto given = options.descriptor("emulator");
    raw.emulator = options.text("emulator_name", "emulator");
    if (given)
        return take_emulator(*given);
    raw.emulator.clear();
    return {};
}

} // namespace

ManagerObject::ManagerObject(sdbus::IConnection &connection, Door &door)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{contract::manager_path}), door_(door),
      surroundings_(connection) {
    registerAdaptor();
}

ManagerObject::~ManagerObject() { unregisterAdaptor(); }

void ManagerObject::CreateFromDirectory(sdbus::Result<sdbus::ObjectPath> &&result, std::string name,
                                        sdbus::UnixFd directory, OptionMap options) {
    const JobReply reply(std::move(result));
    guarded(reply, [&] {
        const Caller caller = door_.callers().now();
        Options read(std::move(options));
        plan::RawCreate raw = read_common(read, name, plan::RootKind::directory, caller.uid);
        sys::Fd emulator = read_emulator(read, raw);
        const bool interactive = read.interactive();
        read.done();
        const plan::CreateRequest request = accept(plan::parse_create(raw));
        Directory root = take_directory(directory, caller.uid,
                                        "the root must be a directory; for an archive use CreateFromArchive");
        // Not `source`: what is shown to whoever authorises must not be the caller's to choose.
        create({rule_of(INTERFACE_NAME, "CreateFromDirectory"),
                caller,
                root.owned_by,
                interactive,
                {{"path", root.path}}},
               reply, request, {std::move(root.fd), std::move(emulator)});
    });
}

void ManagerObject::CreateFromArchive(sdbus::Result<sdbus::ObjectPath> &&result, std::string name,
                                      sdbus::UnixFd archive, OptionMap options) {
    const JobReply reply(std::move(result));
    guarded(reply, [&] {
        const Caller caller = door_.callers().now();
        Options read(std::move(options));
        plan::RawCreate raw = read_common(read, name, plan::RootKind::archive, caller.uid);
        sys::Fd emulator = read_emulator(read, raw);
        const bool interactive = read.interactive();
        read.done();
        const plan::CreateRequest request = accept(plan::parse_create(raw));
        create({rule_of(INTERFACE_NAME, "CreateFromArchive"), caller, true, interactive, {}}, reply, request,
               {take_archive(archive), std::move(emulator)});
    });
}

void ManagerObject::CreateFromDebian(sdbus::Result<sdbus::ObjectPath> &&result, std::string name,
                                     std::string suite, OptionMap options) {
    const JobReply reply(std::move(result));
    guarded(reply, [&] {
        const Caller caller = door_.callers().now();
        Options read(std::move(options));
        plan::RawCreate raw = read_common(read, name, plan::RootKind::debian, caller.uid);
        sys::Fd emulator = read_emulator(read, raw);
        raw.suite = std::move(suite);
        raw.include = read.list("include");
        const bool interactive = read.interactive();
        read.done();
        create({rule_of(INTERFACE_NAME, "CreateFromDebian"), caller, true, interactive, {}}, reply,
               accept(plan::parse_create(raw)), {{}, std::move(emulator)});
    });
}

void ManagerObject::create(Call call, const JobReply &reply, const plan::CreateRequest &request,
                           Given given) {
    call.details.emplace("session", request.name.str());
    call.details.emplace("source", request.source.empty() ? request.suite : request.source);
    // std::function copies, a descriptor does not.
    const auto held = std::make_shared<Given>(std::move(given));
    const auto act = [&ledger = door_.ledger(), reply, request, held] {
        const session::JobId job =
            accept(ledger.create(request, std::move(held->source), std::move(held->emulator)));
        reply.send(sdbus::ObjectPath{contract::job_path(std::to_string(job))});
    };
    if (request.kind != plan::RootKind::directory || request.accel != plan::AccelWish::on)
        return door_.pass(call, reply, act);
    // It promises what Accelerate does: that is to be allowed as well.
    Call twins = call;
    twins.rule = rule_of(contract::session_interface, "Accelerate");
    twins.own = true;
    door_.pass(call, reply, [this, twins, reply, act] { door_.pass(twins, reply, act); });
}

std::vector<std::string> ManagerObject::DescribePlan(const std::string &name, const OptionMap &options) {
    return guarded([&] {
        static_assert(rule_of(INTERFACE_NAME, "DescribePlan").others == public_read);
        Options read(options);
        const std::string kind_text = read.text("kind", "directory");
        const auto kind = plan::root_kind_from_text(kind_text);
        if (!kind)
            refuse(Error::invalid_argument,
                   "the option \"kind\" must be \"directory\", \"archive\" or \"debian\"");
        plan::RawCreate raw = read_common(read, name, *kind, door_.callers().now().uid);
        if (*kind == plan::RootKind::debian)
            raw.suite = "stable"; // a start is the same for all of them
        (void)read.interactive();
        read.done();
        return accept(door_.ledger().describe(accept(plan::parse_create(raw))));
    });
}

std::vector<ManagerObject::BoardRow> ManagerObject::ListBoards() {
    return guarded([&] {
        static_assert(rule_of(INTERFACE_NAME, "ListBoards").others == public_read);
        std::vector<BoardRow> rows;
        for (const plan::Board &board : door_.ledger().boards().all())
            for (const plan::BoardView &view : board.views)
                rows.emplace_back(board.name, std::string(plan::info(view.arch).debian), board.title,
                                  view.cpu, view.machine, board.page_size, board.note);
        return rows;
    });
}

void ManagerObject::Diagnose(sdbus::Result<Findings> &&result) {
    const Reply<Findings> reply(std::move(result));
    guarded(reply, [&] {
        const Call call{rule_of(INTERFACE_NAME, "Diagnose"), door_.callers().now(), false, false, {}};
        door_.pass(call, reply, [this, reply] {
            surroundings_.look([this, reply](const Surroundings::Findings &around) {
                door_.ledger().diagnose([reply, around](const std::vector<session::Finding> &machine) {
                    guarded(reply, [&] {
                        Findings all;
                        for (const auto *part : {&machine, &around})
                            for (const session::Finding &finding : *part)
                                all.emplace_back(finding.check, finding.outcome, finding.seen,
                                                 finding.remedy);
                        reply.send(all);
                    });
                });
            });
        });
    });
}

void ManagerObject::ListEmulators(sdbus::Result<Emulators> &&result) {
    const Reply<Emulators> reply(std::move(result));
    guarded(reply, [&] {
        const Call call{rule_of(INTERFACE_NAME, "ListEmulators"), door_.callers().now(), false, false, {}};
        door_.pass(call, reply, [&ledger = door_.ledger(), reply] {
            ledger.list_emulators([reply](const std::vector<session::EmulatorReport> &reports) {
                guarded(reply, [&] {
                    Emulators all;
                    for (const session::EmulatorReport &report : reports)
                        all.emplace_back(report.path, report.version, report.is_static, report.architectures,
                                         report.outcome, report.seen);
                    reply.send(all);
                });
            });
        });
    });
}

std::string ManagerObject::Version() { return paths::version; }

} // namespace frank::bus
