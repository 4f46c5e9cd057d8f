#include "daemon/bus/peer_watch.hpp"

#include "daemon/bus/boundary.hpp"

#include <system_error>
#include <systemd/sd-bus.h>
#include <utility>

namespace frank::bus {

namespace {

constexpr const char *daemon_name = "org.freedesktop.DBus";
constexpr const char *daemon_path = "/org/freedesktop/DBus";

void check(int result) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), "watch a peer of the bus");
}

void tell(void *userdata) noexcept {
    // Taken out: it is called once, and may destroy the watch.
    const std::function<void()> gone =
        std::exchange(*static_cast<std::function<void()> *>(userdata), nullptr);
    if (gone)
        contained(gone);
}

int on_change(sd_bus_message *message, void *userdata, sd_bus_error *) noexcept {
    const char *name = nullptr;
    const char *before = nullptr;
    const char *after = nullptr;
    if (sd_bus_message_read(message, "sss", &name, &before, &after) >= 0 && *after == '\0')
        tell(userdata);
    return 0;
}

/// Without one, sd-bus gives the whole connection up when the answer to AddMatch is lost.
int on_installed(sd_bus_message *, void *, sd_bus_error *) noexcept { return 0; }

int on_presence(sd_bus_message *message, void *userdata, sd_bus_error *) noexcept {
    if (sd_bus_message_is_method_error(message, "org.freedesktop.DBus.Error.NameHasNoOwner") > 0)
        tell(userdata);
    return 0;
}

} // namespace

PeerWatch::PeerWatch(sd_bus *bus, const std::string &unique_name, std::function<void()> gone)
    : gone_(std::make_shared<std::function<void()>>(std::move(gone))), change_(nullptr, sd_bus_slot_unref),
      presence_(nullptr, sd_bus_slot_unref) {
    const std::string match = std::string("type='signal',sender='") + daemon_name + "',interface='" +
                              daemon_name + "',member='NameOwnerChanged',arg0='" + unique_name + "'";
    sd_bus_slot *slot = nullptr;
    check(sd_bus_add_match_async(bus, &slot, match.c_str(), on_change, on_installed, gone_.get()));
    change_.reset(slot);
    // After the match, so that a peer that leaves in between is not missed.
    slot = nullptr;
    check(sd_bus_call_method_async(bus, &slot, daemon_name, daemon_path, daemon_name, "GetNameOwner",
                                   on_presence, gone_.get(), "s", unique_name.c_str()));
    presence_.reset(slot);
}

} // namespace frank::bus
