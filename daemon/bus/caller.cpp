#include "daemon/bus/caller.hpp"

#include "daemon/bus/boundary.hpp"

#include <cerrno>
#include <memory>
#include <systemd/sd-bus.h>

namespace frank::bus {

namespace {

/// The answer is a matter of microseconds, or lost: dbus-daemon drops its own answers while many descriptors
/// are queued for us. Reading on empties that queue, so a second question is answered.
constexpr std::uint64_t patience_us = 1'000'000;
constexpr int attempts = 5;

struct Answer {
    sd_bus_message *reply = nullptr;
    sd_bus_error error{};

    Answer() = default;
    Answer(const Answer &) = delete;
    Answer &operator=(const Answer &) = delete;
    ~Answer() {
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
    }
};

/// Below 0: an errno.
int ask_for_uid(sd_bus *bus, const char *name, std::uint32_t &uid) {
    sd_bus_message *raw = nullptr;
    int result = sd_bus_message_new_method_call(bus, &raw, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                                "org.freedesktop.DBus", "GetConnectionUnixUser");
    const std::unique_ptr<sd_bus_message, sd_bus_message *(*)(sd_bus_message *)> question(
        raw, sd_bus_message_unref);
    if (result >= 0)
        result = sd_bus_message_append(question.get(), "s", name);
    Answer answer;
    if (result >= 0)
        result = sd_bus_call(bus, question.get(), patience_us, &answer.error, &answer.reply);
    return result < 0 ? result : sd_bus_message_read(answer.reply, "u", &uid);
}

} // namespace

Caller Callers::now() {
    sd_bus_message *message = sd_bus_get_current_message(bus_);
    if (message == nullptr)
        throw std::logic_error("asked for the caller outside a handler");
    return of(message);
}

Caller Callers::of(sd_bus_message *message) {
    const char *sender = sd_bus_message_get_sender(message);
    if (sender == nullptr)
        refuse(Error::not_authorized, "the call has no sender");
    if (last_.name == sender)
        return last_;

    // The bus's own word, and not /proc of a pid that may have been used again.
    std::uint32_t uid = 0;
    int result = -ETIMEDOUT;
    for (int i = 0; i < attempts && result == -ETIMEDOUT; ++i)
        result = ask_for_uid(bus_, sender, uid);
    if (result < 0)
        refuse(Error::not_authorized, "the bus does not say who calls");
    last_ = Caller{sender, uid};
    return last_;
}

} // namespace frank::bus
