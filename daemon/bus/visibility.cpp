#include "daemon/bus/visibility.hpp"

#include "daemon/bus/message_size.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "dbus-interfaces/names.hpp"

#include <charconv>
#include <memory>
#include <system_error>

namespace frank::bus {

namespace {

constexpr std::size_t most_content =
    std::size_t{160} * 1024; // a command of 64 KiB in small pieces, and its options
constexpr std::string_view introspectable = "org.freedesktop.DBus.Introspectable";
constexpr std::string_view properties = "org.freedesktop.DBus.Properties";
constexpr std::string_view object_manager = "org.freedesktop.DBus.ObjectManager";

int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error) noexcept {
    try {
        return static_cast<Visibility *>(userdata)->handle(message) ? 1 : 0;
    } catch (...) {
        const sdbus::Error told = current_error();
        (void)sd_bus_error_set(error, told.getName().c_str(), told.getMessage().c_str());
        return -EIO; // anything below 0: sd-bus replies with `error`
    }
}

std::string_view text(const char *value) { return value == nullptr ? std::string_view() : value; }

session::JobId job_of(std::string_view element) {
    session::JobId id = 0;
    const auto [end, error] = std::from_chars(element.data(), element.data() + element.size(), id);
    if (error != std::errc{} || end != element.data() + element.size())
        refuse(Error::no_such_job, "there is no job \"" + plan::printable(element, 64) + "\"");
    return id;
}

} // namespace

Visibility::Visibility(const contract::Underneath &under, Door &door, const Objects &objects,
                       Audience &audience)
    : under_(under), door_(door), objects_(objects), audience_(audience) {
    if (const int result = sd_bus_add_filter(under.bus, &slot_, on_message, this); result < 0)
        throw std::system_error(-result, std::generic_category(), "filter the bus");
}

Visibility::~Visibility() { sd_bus_slot_unref(slot_); }

bool Visibility::handle(sd_bus_message *message) {
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0)
        return false;
    const std::string_view path = text(sd_bus_message_get_path(message));
    const std::string_view interface = text(sd_bus_message_get_interface(message));
    if (!path.starts_with(contract::manager_path))
        return false;
    if (interface.empty())
        refuse(Error::invalid_argument, "the call names no interface");
    if (!fits(message, most_content))
        refuse(Error::limit_exceeded,
               "the call's arguments are too large: at most " + std::to_string(most_content / 1024) + " KiB");
    if (path == contract::manager_path && interface == object_manager) {
        if (text(sd_bus_message_get_member(message)) != "GetManagedObjects")
            return false;
        managed_objects(message);
        return true;
    }
    return handle_object(message, interface, path);
}

bool Visibility::handle_object(sd_bus_message *message, std::string_view interface, std::string_view path) {
    constexpr std::string_view session_prefix = contract::session_prefix;
    constexpr std::string_view job_prefix = contract::job_prefix;
    const bool inspects = interface == introspectable || interface == properties;
    for (const std::string_view prefix : {session_prefix, job_prefix})
        if (interface == introspectable && path == prefix.substr(0, prefix.size() - 1)) {
            introspect(message, prefix);
            return true;
        }

    std::uint32_t owner = 0;
    if (path.starts_with(session_prefix) && (inspects || interface == contract::session_interface))
        owner = door_.session(contract::session_name(path.substr(session_prefix.size()))).settings.owner;
    else if (path.starts_with(job_prefix) && (inspects || interface == contract::job_interface))
        owner = door_.job(job_of(path.substr(job_prefix.size()))).owner;
    else
        return false;
    // The methods ask for themselves.
    const std::uint32_t uid = door_.callers().of(message).uid;
    if (inspects && uid != 0 && uid != owner)
        refuse(Error::not_authorized, "it belongs to somebody else, who alone may see it");
    return false;
}

template <class Value> void Visibility::reply(sd_bus_message *message, const Value &value) {
    const auto check = [](int result) {
        if (result < 0)
            throw std::system_error(-result, std::generic_category(), "answer a call");
    };
    sd_bus_message *raw = nullptr;
    check(sd_bus_message_new_method_return(message, &raw));
    const std::unique_ptr<sd_bus_message, sd_bus_message *(*)(sd_bus_message *)> owned(raw,
                                                                                       sd_bus_message_unref);
    contract::Envelope envelope(raw, under_.sibling);
    envelope << value;
    check(sd_bus_send(under_.bus, raw, nullptr));
}

void Visibility::managed_objects(sd_bus_message *message) {
    const Caller caller = door_.callers().of(message);
    accept(audience_.join(caller));
    reply(message, objects_.seen_by(caller.uid));
}

/// sd-bus would list all names.
void Visibility::introspect(sd_bus_message *message, std::string_view prefix) {
    std::string xml = "<node>\n";
    for (const auto &[path, interfaces] : objects_.seen_by(door_.callers().of(message).uid))
        if (path.starts_with(prefix))
            xml += "  <node name=\"" + path.substr(prefix.size()) + "\"/>\n";
    reply(message, xml + "</node>\n");
}

} // namespace frank::bus
