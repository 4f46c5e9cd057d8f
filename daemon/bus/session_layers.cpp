// org.frankend1.Session: snapshots, and sessions that are made of another.
#include "daemon/bus/session_object.hpp"
#include "daemon/bus/session_pass.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

template <class Value>
void SessionObject::layer(sdbus::Result<> &&result, const MethodRule &rule, plan::Result<Value> argument,
                          OptionMap options,
                          std::function<void(const Caller &, const Value &, const Reply<> &)> act) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        const Value value = accept(std::move(argument)); // before anybody is asked for a password
        pass(rule, interactive, {}, reply,
             [act = std::move(act), value, reply](const Caller &caller) { act(caller, value, reply); });
    });
}

void SessionObject::Snapshot(sdbus::Result<> &&result, std::string tag, OptionMap options) {
    layer<std::string>(std::move(result), rule_of(INTERFACE_NAME, "Snapshot"), plan::parse_tag(tag),
                       std::move(options),
                       [&ledger = door_.ledger(), name = name_](const Caller &, const std::string &checked,
                                                                const Reply<> &reply) {
                           ledger.snapshot(name, checked, answer(reply));
                       });
}

void SessionObject::Rollback(sdbus::Result<> &&result, std::string tag, OptionMap options) {
    layer<std::string>(std::move(result), rule_of(INTERFACE_NAME, "Rollback"), plan::parse_tag(tag),
                       std::move(options),
                       [&ledger = door_.ledger(), name = name_](const Caller &, const std::string &checked,
                                                                const Reply<> &reply) {
                           ledger.rollback(name, checked, answer(reply));
                       });
}

void SessionObject::RemoveSnapshot(sdbus::Result<> &&result, std::string tag, OptionMap options) {
    layer<std::string>(std::move(result), rule_of(INTERFACE_NAME, "RemoveSnapshot"), plan::parse_tag(tag),
                       std::move(options),
                       [&ledger = door_.ledger(), name = name_](const Caller &, const std::string &checked,
                                                                const Reply<> &reply) {
                           accept(ledger.remove_snapshot(name, checked));
                           reply.send();
                       });
}

void SessionObject::Clone(sdbus::Result<> &&result, std::string name, OptionMap options) {
    layer<plan::SessionName>(std::move(result), rule_of(INTERFACE_NAME, "Clone"),
                             plan::SessionName::parse(name), std::move(options),
                             [&ledger = door_.ledger(), from = name_](
                                 const Caller &caller, const plan::SessionName &to, const Reply<> &reply) {
                                 ledger.clone(from, to, caller.uid, answer(reply));
                             });
}

void SessionObject::Commit(sdbus::Result<> &&result, std::string name, OptionMap options) {
    layer<plan::SessionName>(std::move(result), rule_of(INTERFACE_NAME, "Commit"),
                             plan::SessionName::parse(name), std::move(options),
                             [&ledger = door_.ledger(), from = name_](
                                 const Caller &, const plan::SessionName &to, const Reply<> &reply) {
                                 ledger.commit(from, to, answer(reply));
                             });
}

std::vector<sdbus::Struct<std::string, std::uint64_t>> SessionObject::Snapshots() {
    return property([](const session::SessionView &view) {
        std::vector<sdbus::Struct<std::string, std::uint64_t>> rows;
        for (const plan::Snapshot &each : view.settings.layers.snapshots)
            rows.emplace_back(each.tag, each.created);
        return rows;
    });
}

bool SessionObject::Ephemeral() {
    return property([](const session::SessionView &view) { return view.settings.layers.throw_away; });
}

} // namespace frank::bus
