// Everything a session is built from, opened and computed while we may still throw and allocate. After the
// fork the children only read it.
#pragma once

#include "daemon/launcher/serve.hpp"
#include "daemon/launcher/storage.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/plan/mount_plan.hpp"
#include "daemon/sys/fd.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace frank::launcher {

/// A step of the mount plan with what it needs in hand.
struct ReadyStep {
    plan::MountStep step;
    sys::Fd mount;      ///< a detached mount to attach, where the step has one
    std::string link{}; ///< host_tree: this machine has a symbolic link there
    bool skip = false;  ///< this machine does not have it
};

struct Blueprint {
    plan::LaunchRequest request;
    std::vector<ReadyStep> steps;
    sys::Fd init;                           ///< frank-init, read-only clone
    std::vector<sys::Fd> interpreters;      ///< what the registrations name as /proc/self/fd/N
    std::vector<std::string> registrations; ///< lines for binfmt_misc, flags PFC
    bool own_table = true;                  ///< false: this machine's table has our entries
    std::vector<std::byte> exec_table;
    sys::Fd emulator; ///< sealed memfd, where the request has one
    plan::BoardTexts board;
    std::string hosts;
    std::string resolver; ///< resolv.conf of a session that has frank-net
    std::vector<std::byte> seccomp_filter;
    sys::Fd control;    ///< frank-init's listener
    sys::Fd supervisor; ///< our own listener
    std::string id_map; ///< the outer user namespace's
};

/// Fails with LaunchError or std::system_error; nothing of this machine has been changed then.
/// `fds`: the descriptors that came with the request.
Blueprint draw(const plan::LaunchRequest &request, std::vector<sys::Fd> fds, const Storage &storage,
               const Settings &settings);

/// A detached, idmapped, nodev clone of the instance's tree. LaunchError where the file system cannot be
/// idmapped.
sys::Fd clone_tree(const plan::LaunchRequest &request, const Storage &storage);

} // namespace frank::launcher
