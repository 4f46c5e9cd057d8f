// Who asks. The bus daemon says it; nothing that a caller sends has a part in it.
#pragma once

#include <cstdint>
#include <string>

struct sd_bus;
struct sd_bus_message;

namespace frank::bus {

struct Caller {
    std::string name;  ///< unique bus name: never used twice while the bus lives
    std::uint32_t uid; ///< effective uid of the connection's opener
};

class Callers {
  public:
    /// `bus` is not owned.
    explicit Callers(sd_bus *bus) : bus_(bus) {}

    /// The sender of the message whose handler runs now. To be taken at the handler's start, before anything
    /// waits.
    Caller now();
    /// Throws sdbus::Error when the bus does not know the sender (any more).
    Caller of(sd_bus_message *message);

  private:
    sd_bus *bus_;
    Caller last_{}; ///< the filter and the handler ask for the same message
};

} // namespace frank::bus
