// org.frankend1.Session: native speed.
#include "daemon/bus/descriptors.hpp"
#include "daemon/bus/session_object.hpp"
#include "daemon/bus/session_pass.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

void SessionObject::Accelerate(sdbus::Result<sdbus::ObjectPath> &&result, OptionMap options) {
    const Reply<sdbus::ObjectPath> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        const bool again = read.flag("verify");
        const plan::ToolClasses classes = accept(plan::parse_tool_classes(read.list("classes")));
        const auto given = read.descriptor("from");
        read.done();
        const auto from = given ? std::make_shared<sys::Fd>(take_tools(*given)) : nullptr;
        pass(rule_of(INTERFACE_NAME, "Accelerate"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, again, classes, from, reply](const Caller &caller) {
                 const session::JobId job =
                     accept(ledger.accelerate(name, {again, classes, from}, caller.uid));
                 reply.send(sdbus::ObjectPath{contract::job_path(std::to_string(job))});
             });
    });
}

void SessionObject::Emulate(sdbus::Result<> &&result, OptionMap options) {
    const Reply<> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        const plan::ToolClasses classes = accept(plan::parse_tool_classes(read.list("classes")));
        read.done();
        pass(rule_of(INTERFACE_NAME, "Emulate"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, classes, reply](const Caller &) {
                 accept(ledger.emulate(name, classes));
                 reply.send();
             });
    });
}

void SessionObject::ListTwins(sdbus::Result<TwinRows> &&result) {
    const Reply<TwinRows> reply(std::move(result));
    guarded(reply, [&] {
        pass(rule_of(INTERFACE_NAME, "ListTwins"), false, {}, reply,
             [&ledger = door_.ledger(), name = name_, reply](const Caller &) {
                 TwinRows rows;
                 for (const session::AccelRow &row : ledger.acceleration(name))
                     rows.emplace_back(row.tool_class, row.path, row.native, row.reason, row.native_calls,
                                       row.emulated_calls, row.saved_us);
                 reply.send(rows);
             });
    });
}

} // namespace frank::bus
