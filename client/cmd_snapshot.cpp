#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"
#include "client/polkit_agent.hpp"
#include "client/text.hpp"

#include <CLI/App.hpp>
#include <ctime>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

struct SnapshotOptions {
    std::string name, tag;
    std::string remove;
};

/// "2026-11-28T16-05-59", in the caller's time.
std::string tag_of_now() {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    std::array<char, 32> text{};
    if (::localtime_r(&now, &local) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H-%M-%S", &local) == 0)
        throw Failure("this machine's clock tells no date: give the snapshot a name");
    return text.data();
}

/// `call`: of the session, with the tag and options.
template <class Call>
void change(const std::string &name, const std::string &tag, const Invocation &invocation, const Call &call) {
    (void)text_argument("the snapshot's name", tag);
    DaemonLink link(invocation.globals);
    SessionRemote session = link.session(name);
    authorised(invocation.globals, [&](bool interactive) {
        asked(session_title(name), [&] {
            call(session, tag, Options{{"interactive", sdbus::Variant{interactive}}});
        });
    });
}

int snapshot(const SnapshotOptions &options, const Invocation &invocation) {
    const std::string tag = options.tag.empty() ? tag_of_now() : options.tag;
    change(options.name, tag, invocation,
           [](SessionRemote &session, const std::string &as, const Options &details) {
               session.Snapshot(as, details);
           });
    if (invocation.globals.json)
        print_json({{"snapshot", tag}});
    else if (options.tag.empty())
        print_line(tag);
    return 0;
}

int rollback(const SnapshotOptions &options, const Invocation &invocation) {
    change(options.name, options.tag, invocation,
           [](SessionRemote &session, const std::string &to, const Options &details) {
               session.Rollback(to, details);
           });
    return 0;
}

int list(const SnapshotOptions &options, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    const SessionInfo session = session_named(take_inventory(link), options.name);
    if (invocation.globals.json) {
        print_json(to_json(session)["snapshots"]);
        return 0;
    }
    if (invocation.globals.quiet) {
        for (const SessionInfo::Snapshot &each : session.snapshots)
            print_line(each.tag);
        return 0;
    }
    Table table({"SNAPSHOT", "CREATED"});
    for (const SessionInfo::Snapshot &each : session.snapshots)
        table.add({each.tag, shown_time(each.created)});
    table.print();
    return 0;
}

int remove(const SnapshotOptions &options, const Invocation &invocation) {
    change(options.name, options.remove, invocation,
           [](SessionRemote &session, const std::string &which, const Options &details) {
               session.RemoveSnapshot(which, details);
           });
    return 0;
}

} // namespace

Action define_snapshot(CLI::App &verb) {
    const auto options = std::make_shared<SnapshotOptions>();
    verb.add_option("NAME", options->name, "the session, which must not run")->required();
    verb.add_option("TAG", options->tag, "what to call the snapshot; default the time, which is printed");
    verb.footer("It takes no time, and no room but for what changes afterwards.");
    return [options](const Invocation &invocation) { return snapshot(*options, invocation); };
}

Action define_snapshots(CLI::App &verb) {
    const auto options = std::make_shared<SnapshotOptions>();
    verb.add_option("NAME", options->name, "the session")->required();
    verb.add_option("--remove", options->remove, "take this one away")->type_name("TAG");
    return [options](const Invocation &invocation) {
        return options->remove.empty() ? list(*options, invocation) : remove(*options, invocation);
    };
}

Action define_rollback(CLI::App &verb) {
    const auto options = std::make_shared<SnapshotOptions>();
    verb.add_option("NAME", options->name, "the session, which must not run")->required();
    verb.add_option("TAG", options->tag, "the snapshot")->required();
    verb.footer("What changed since the last snapshot is gone; no snapshot goes.");
    return [options](const Invocation &invocation) { return rollback(*options, invocation); };
}

} // namespace frank::client
