// A uid as people know it.
#pragma once

#include <cstdint>
#include <string>

namespace frank::bus {

/// The login name, or the number where there is none.
std::string user_name(std::uint32_t uid);

} // namespace frank::bus
