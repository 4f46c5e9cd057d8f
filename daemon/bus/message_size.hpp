// How much a message holds, found out before anything is made of it.
#pragma once

#include <cstddef>

struct sd_bus_message;

namespace frank::bus {

/// Does the message's content fit? Looks at no more than `limit` bytes of it and leaves it unread.
bool fits(sd_bus_message *message, std::size_t limit);

} // namespace frank::bus
