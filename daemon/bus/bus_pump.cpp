#include "daemon/bus/bus_pump.hpp"

#include <system_error>
#include <systemd/sd-event.h>

namespace frank::bus {

namespace {

void check(int result, const char *what) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
}

} // namespace

BusPump::BusPump(sd_bus *bus, sys::EventLoop &loop) : bus_(bus) {
    check(sd_bus_set_exit_on_disconnect(bus, 1), "watch for the loss of the bus");
    // Replies that are given while the loop is torn down still go out.
    check(sd_bus_set_close_on_exit(bus, 0), "keep the bus open to the end");
    check(sd_bus_attach_event(bus, loop.raw(), SD_EVENT_PRIORITY_NORMAL), "attach the bus to the event loop");
}

BusPump::~BusPump() { (void)sd_bus_detach_event(bus_); }

} // namespace frank::bus
