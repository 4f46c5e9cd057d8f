// Every difference between sdbus-c++ 1.2 and 2.x, and the way down to sd-bus for what neither version offers.
// Both programs of the contract may include it; everything else is written once and compiles with either.
#pragma once

#include <optional>
#include <sdbus-c++/sdbus-c++.h>
#include <string>
#include <string_view>
#include <systemd/sd-bus.h>
#include <utility>

namespace frank::contract {

// AsyncError: what the callback of an asynchronous call is told; tests as false when the call worked.
// MessageOwner: what a message of sdbus-c++ remembers of its connection.
#if __has_include(<sdbus-c++/VTableItems.h>)
using ServiceName = sdbus::ServiceName;
using InterfaceName = sdbus::InterfaceName;
using MethodName = sdbus::MethodName;
using SignalName = sdbus::SignalName;
using PropertyName = sdbus::PropertyName;
using ErrorName = sdbus::Error::Name;
using AsyncError = std::optional<sdbus::Error>;
using MessageOwner = sdbus::internal::IConnection;
#else
using ServiceName = std::string;
using InterfaceName = std::string;
using MethodName = std::string;
using SignalName = std::string;
using PropertyName = std::string;
using ErrorName = std::string;
using AsyncError = const sdbus::Error *;
using MessageOwner = sdbus::internal::ISdBus;
#endif

inline sdbus::Error make_error(std::string_view name, const std::string &message) {
    return {ErrorName{std::string(name)}, message};
}

/// One event of the connection; false when there is none and the caller should wait.
inline bool process_pending(sdbus::IConnection &connection) {
#if __has_include(<sdbus-c++/VTableItems.h>)
    return connection.processPendingEvent();
#else
    return connection.processPendingRequest();
#endif
}

/// Calls back for messages that match, until the slot is gone.
template <class Callback>
[[nodiscard]] sdbus::Slot add_match(sdbus::IConnection &connection, const std::string &match,
                                    Callback callback) {
#if __has_include(<sdbus-c++/VTableItems.h>)
    return connection.addMatch(match, std::move(callback), sdbus::return_slot);
#else
    return connection.addMatch(match, std::move(callback));
#endif
}

/// A message of sd-bus as one of sdbus-c++, so that its typed operators can be used on it, and the way back.
/// The members it needs are protected in both versions: a derived class may name them.
class Envelope : public sdbus::Message {
  public:
    /// `sibling`: any message of the same connection. Takes a reference of its own to `message`.
    Envelope(sd_bus_message *message, const sdbus::Message &sibling) : Message(message, owner_of(sibling)) {}

    static sd_bus_message *raw(const sdbus::Message &message) {
        return static_cast<sd_bus_message *>(message.*(&Envelope::msg_));
    }

  private:
    static MessageOwner *owner_of(const sdbus::Message &message) {
#if __has_include(<sdbus-c++/VTableItems.h>)
        return message.*(&Envelope::connection_);
#else
        return message.*(&Envelope::sdbus_);
#endif
    }
};

/// What is underneath a connection. Valid for as long as the connection.
struct Underneath {
    explicit Underneath(sdbus::IConnection &connection)
        : sibling(sdbus::createProxy(connection, ServiceName{"org.freedesktop.DBus"},
                                     sdbus::ObjectPath{"/org/freedesktop/DBus"})
                      ->createMethodCall(InterfaceName{"org.freedesktop.DBus.Peer"}, MethodName{"Ping"})),
          bus(sd_bus_message_get_bus(Envelope::raw(sibling))) {}

    sdbus::MethodCall sibling; ///< never sent: for Envelope
    sd_bus *bus;
};

} // namespace frank::contract
