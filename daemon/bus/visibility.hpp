// What a caller may see. sd-bus shows every object to everybody and its ObjectManager cannot be told
// otherwise, so this stands before all handlers: it answers for the ObjectManager itself and stops what the
// caller must not read.
#pragma once

#include "daemon/bus/audience.hpp"
#include "daemon/bus/door.hpp"
#include "daemon/bus/objects.hpp"

#include <string>

namespace frank::bus {

class Visibility {
  public:
    /// Filters the connection's messages from here to destruction. None of the arguments is owned.
    Visibility(const contract::Underneath &under, Door &door, const Objects &objects, Audience &audience);
    ~Visibility();
    Visibility(const Visibility &) = delete;
    Visibility &operator=(const Visibility &) = delete;

    /// True when the message has been answered; throws what it is to be answered with.
    bool handle(sd_bus_message *message);

  private:
    bool handle_object(sd_bus_message *message, std::string_view interface, std::string_view path);
    void managed_objects(sd_bus_message *message);
    void introspect(sd_bus_message *message, std::string_view prefix);
    template <class Value> void reply(sd_bus_message *message, const Value &value);

    const contract::Underneath &under_;
    Door &door_;
    const Objects &objects_;
    Audience &audience_;
    sd_bus_slot *slot_ = nullptr;
};

} // namespace frank::bus
