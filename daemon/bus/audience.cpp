#include "daemon/bus/audience.hpp"

#include "dbus-interfaces/names.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace frank::bus {

namespace {

constexpr std::ptrdiff_t members_per_uid = 64;
constexpr const char *object_manager = "org.freedesktop.DBus.ObjectManager";

void check(int result) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), "send a signal");
}

} // namespace

plan::Result<void> Audience::join(const Caller &caller) {
    if (members_.contains(caller.name))
        return {};
    const auto same_uid =
        std::ranges::count_if(members_, [&](const auto &m) { return m.second.uid == caller.uid; });
    if (same_uid >= members_per_uid)
        return plan::refuse(Error::limit_exceeded,
                            "too many of your programs watch frankend at once: at most " +
                                std::to_string(members_per_uid) + " may");
    auto watch = std::make_unique<PeerWatch>(under_.bus, caller.name,
                                             [this, name = caller.name] { members_.erase(name); });
    members_.emplace(caller.name, Member{caller.uid, std::move(watch)});
    return {};
}

template <class... Values>
void Audience::tell(std::uint32_t owner, const char *path, const char *interface, const char *signal,
                    const Values &...values) {
    for (const auto &[name, member] : members_) {
        if (member.uid != owner && member.uid != 0)
            continue;
        sd_bus_message *raw = nullptr;
        check(sd_bus_message_new_signal(under_.bus, &raw, path, interface, signal));
        const std::unique_ptr<sd_bus_message, sd_bus_message *(*)(sd_bus_message *)> message(
            raw, sd_bus_message_unref);
        check(sd_bus_message_set_destination(raw, name.c_str()));
        contract::Envelope envelope(raw, under_.sibling);
        (envelope << ... << values);
        check(sd_bus_send(under_.bus, raw, nullptr));
    }
}

void Audience::added(std::uint32_t owner, const std::string &path, const std::string &interface,
                     const PropertyMap &properties) {
    tell(owner, contract::manager_path, object_manager, "InterfacesAdded", sdbus::ObjectPath{path},
         std::map<std::string, PropertyMap>{{interface, properties}});
}

void Audience::changed(std::uint32_t owner, const std::string &path, const std::string &interface,
                       const PropertyMap &properties) {
    tell(owner, path.c_str(), "org.freedesktop.DBus.Properties", "PropertiesChanged", interface, properties,
         std::vector<std::string>{});
}

void Audience::removed(std::uint32_t owner, const std::string &path, const std::string &interface) {
    tell(owner, contract::manager_path, object_manager, "InterfacesRemoved", sdbus::ObjectPath{path},
         std::vector<std::string>{interface});
}

} // namespace frank::bus
