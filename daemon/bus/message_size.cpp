#include "daemon/bus/message_size.hpp"

#include <cstring>
#include <string_view>
#include <systemd/sd-bus.h>

namespace frank::bus {

namespace {

constexpr std::size_t smallest_charge = 8; // an empty value is not for nothing: it becomes an object here

/// What sd_bus_message_read_array() reads in one piece.
bool in_one_piece(char type, std::string_view contents) {
    return type == SD_BUS_TYPE_ARRAY && contents.size() == 1 &&
           std::string_view("ynqiuxtd").find(contents.front()) != std::string_view::npos;
}

bool is_container(char type) {
    return type == SD_BUS_TYPE_ARRAY || type == SD_BUS_TYPE_VARIANT || type == SD_BUS_TYPE_STRUCT ||
           type == SD_BUS_TYPE_DICT_ENTRY;
}

bool is_text(char type) {
    return type == SD_BUS_TYPE_STRING || type == SD_BUS_TYPE_OBJECT_PATH || type == SD_BUS_TYPE_SIGNATURE;
}

bool charge(std::size_t &left, std::size_t bytes) {
    bytes += smallest_charge;
    if (bytes > left)
        return false;
    left -= bytes;
    return true;
}

bool spend(sd_bus_message *message, std::size_t &left) {
    for (;;) {
        char type = 0;
        const char *contents = nullptr;
        const int more = sd_bus_message_peek_type(message, &type, &contents);
        if (more <= 0)
            return more == 0;
        if (contents != nullptr && in_one_piece(type, contents)) {
            const void *bytes = nullptr;
            std::size_t size = 0;
            if (sd_bus_message_read_array(message, contents[0], &bytes, &size) < 0 || !charge(left, size))
                return false;
        } else if (is_container(type)) {
            if (!charge(left, 0) || sd_bus_message_enter_container(message, type, contents) < 0 ||
                !spend(message, left) || sd_bus_message_exit_container(message) < 0)
                return false;
        } else if (is_text(type)) {
            const char *text = nullptr;
            if (sd_bus_message_read_basic(message, type, static_cast<void *>(&text)) < 0 ||
                !charge(left, std::strlen(text)))
                return false;
        } else {
            const char one[] = {type, 0};
            if (sd_bus_message_skip(message, one) < 0 || !charge(left, 0))
                return false;
        }
    }
}

} // namespace

bool fits(sd_bus_message *message, std::size_t limit) {
    const bool result = spend(message, limit);
    return sd_bus_message_rewind(message, 1) >= 0 && result;
}

} // namespace frank::bus
