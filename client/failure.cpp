#include "client/failure.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace frank::client {

namespace {

constexpr std::string_view bus_prefix = "org.freedesktop.DBus.Error.";

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// An error that the bus itself, the service manager or the D-Bus library made: frankend never saw the call
/// or never answered it.
std::string line_of_bus_error(const std::string &name, const std::string &message, const std::string &about) {
    const std::string_view kind =
        begins_with(name, bus_prefix) ? std::string_view(name).substr(bus_prefix.size()) : std::string_view();
    if (kind == "ServiceUnknown" || kind == "NameHasNoOwner")
        return "frankend is not running; start it with: systemctl start frankend";
    if (begins_with(kind, "Spawn.") || begins_with(name, "org.freedesktop.systemd1."))
        return "frankend could not be started (" + message + "); see: journalctl -u frankend";
    if (kind == "NoReply" || kind == "Disconnected" || kind == "Timeout" || kind == "TimedOut")
        return "frankend went away before it answered; see: journalctl -u frankend";
    if (kind == "AccessDenied")
        return "the bus does not let you talk to frankend (" + message + ")";
    if (kind == "UnknownObject")
        return "there is no " + about + ", or it is not yours";
    if (begins_with(kind, "Unknown") || kind == "InvalidArgs" || kind == "InvalidSignature")
        return "this frankctl and the running frankend do not fit together (" + message +
               "); restart it with: systemctl restart frankend";
    return message + " (" + name + ")";
}

} // namespace

Failure system_failure(const std::string &what) {
    return Failure(what + ": " + std::generic_category().message(errno));
}

Failure failure_of(const std::string &dbus_name, const std::string &message, const std::string &about) {
    constexpr std::string_view ours = "org.frankend1.Error.";
    if (!begins_with(dbus_name, ours))
        return Failure(line_of_bus_error(dbus_name, message, about), refused, dbus_name);
    const std::string line = message.empty() ? about + ": " + dbus_name.substr(ours.size()) : message;
    return Failure(line, entry_of(std::string_view(dbus_name)).exit_status, dbus_name);
}

} // namespace frank::client
