// org.frankend1.Session: what it may take of this machine, and what it takes.
#include "daemon/bus/session_object.hpp"
#include "daemon/bus/session_pass.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

using plan::Resource;

std::map<std::string, std::uint64_t> to_map(const plan::ResourceReport &report) {
    const auto counted = [&](Resource resource) {
        return (report.limited & 1U << static_cast<unsigned>(resource)) != 0;
    };
    std::map<std::string, std::uint64_t> use;
    if (counted(Resource::memory)) {
        use["memory"] = report.use.memory;
        use["oom_kills"] = report.use.oom_kills;
    }
    if (counted(Resource::cpu))
        use["cpu"] = report.use.cpu;
    if (counted(Resource::tasks))
        use["tasks"] = report.use.tasks;
    if (counted(Resource::io))
        use["io"] = report.use.io;
    return use;
}

} // namespace

void SessionObject::SetLimits(sdbus::Result<> &&result, Numbers limits, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        (void)accept(plan::limits_from_map(limits)); // before anybody is asked for a password
        pass(rule_of(INTERFACE_NAME, "SetLimits"), interactive, {}, reply,
             [&door = door_, name = name_, limits, reply](const Caller &) {
                 Numbers all = plan::to_map(door.session(name).settings.limits);
                 for (const auto &[resource, most] : limits)
                     all[resource] = most;
                 door.ledger().set_limits(name, accept(plan::limits_from_map(all)), answer(reply));
             });
    });
}

void SessionObject::MeasureUse(sdbus::Result<Numbers> &&result) {
    const Reply<Numbers> reply(std::move(result));
    guarded(reply, [&] {
        pass(rule_of(INTERFACE_NAME, "MeasureUse"), false, {}, reply,
             [&ledger = door_.ledger(), name = name_, reply](const Caller &) {
                 ledger.measure_use(name, [reply](const plan::Result<plan::ResourceReport> &report) {
                     guarded(reply, [&] { reply.send(to_map(accept(report))); });
                 });
             });
    });
}

} // namespace frank::bus
