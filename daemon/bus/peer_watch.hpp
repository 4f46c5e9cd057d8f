// Tells when a peer has left the bus.
#pragma once

#include <functional>
#include <memory>
#include <string>

struct sd_bus;
struct sd_bus_slot;

namespace frank::bus {

/// Stops watching when destroyed; may be destroyed by its own callback. Never waits for the bus, unlike
/// sd_bus_track: dbus-daemon drops its own answers while many descriptors are queued for us, which anybody
/// can bring about, and then everybody would wait.
class PeerWatch {
  public:
    /// `gone` is called once, from the event loop and never from here, also when the peer had left before.
    PeerWatch(sd_bus *bus, const std::string &unique_name, std::function<void()> gone);

  private:
    using Slot = std::unique_ptr<sd_bus_slot, sd_bus_slot *(*)(sd_bus_slot *)>;

    std::shared_ptr<std::function<void()>> gone_;
    Slot change_;
    Slot presence_;
};

} // namespace frank::bus
