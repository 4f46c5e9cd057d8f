// The connection to the bus, driven by the event loop.
#pragma once

#include "daemon/sys/event_loop.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

namespace frank::bus {

/// From construction to destruction the loop moves the connection's messages. When the bus is lost the loop
/// ends with EXIT_FAILURE: without its bus the service is of no use, and systemd starts it again.
class BusPump {
  public:
    /// Neither is owned; both must outlive the pump.
    BusPump(sd_bus *bus, sys::EventLoop &loop);
    ~BusPump();
    BusPump(const BusPump &) = delete;
    BusPump &operator=(const BusPump &) = delete;

  private:
    sd_bus *bus_;
};

} // namespace frank::bus
