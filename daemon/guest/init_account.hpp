// Who a job runs as, from the guest's own /etc/passwd and /etc/group. Both are untrusted: read with bounds,
// in the child, so that whatever they are they can only hold up one job.
#pragma once

#include <climits>
#include <cstddef>
#include <sys/types.h>

namespace frank::guest {

struct Account {
    uid_t uid = 0;
    gid_t gid = 0;
    char name[256] = {};
    char home[PATH_MAX] = {};
    char shell[PATH_MAX] = {};
    gid_t groups[1024] = {}; ///< the primary group first
    std::size_t group_count = 0;
};

/// By name, else by number. A number that nobody has is taken as it is: group the same, home "/", shell
/// /bin/sh. root is known without a passwd file. False and errno: ENOENT where there is no such user.
bool find_account(const char *user, Account &account);

} // namespace frank::guest
