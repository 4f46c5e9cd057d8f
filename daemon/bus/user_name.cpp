#include "daemon/bus/user_name.hpp"

#include "daemon/plan/spawn_request.hpp"

#include <array>
#include <pwd.h>

namespace frank::bus {

std::string user_name(std::uint32_t uid) {
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 4096> buffer{};
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::to_string(uid);
    return plan::printable(entry.pw_name, 64);
}

} // namespace frank::bus
