#include "daemon/session/landlock.hpp"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace frank::session {

int landlock_version() {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version < 0 ? 0 : static_cast<int>(version);
}

bool landlock_scopes() { return landlock_version() >= 6; }

plan::Network network_of(plan::NetworkPolicy policy) {
    switch (policy) {
    case plan::NetworkPolicy::host:
        return plan::Network::host;
    case plan::NetworkPolicy::user:
        return plan::Network::user;
    case plan::NetworkPolicy::none:
        return plan::Network::none;
    case plan::NetworkPolicy::automatic:
        break;
    }
    return landlock_scopes() ? plan::Network::host : plan::Network::user;
}

} // namespace frank::session
