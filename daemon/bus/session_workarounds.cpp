// org.frankend1.Session: which work-arounds it gets.
#include "daemon/bus/session_object.hpp"
#include "daemon/bus/session_pass.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::bus {

void SessionObject::SwitchWorkaround(sdbus::Result<bool> &&result, std::string workaround, bool on,
                                     OptionMap options) {
    const Reply<bool> reply(std::move(result));
    guarded(reply, [&] {
        Options read(std::move(options));
        const bool interactive = read.interactive();
        read.done();
        pass(rule_of(INTERFACE_NAME, "SwitchWorkaround"), interactive, {}, reply,
             [&ledger = door_.ledger(), name = name_, workaround, on, reply](const Caller &) {
                 reply.send(accept(ledger.switch_workaround(name, workaround, on)));
             });
    });
}

} // namespace frank::bus
