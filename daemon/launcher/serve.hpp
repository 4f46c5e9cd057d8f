// One connection, one request.
#pragma once

#include "daemon/sys/fd.hpp"

#include <string>

namespace frank::launcher {

struct Settings {
    std::string storage;        ///< root's own directory
    std::string libexec;        ///< where frank-init, frank-exec and frank-tree are
    std::string run = "/run";   ///< where binfmt.d and modprobe.d are, for what does not outlive a boot
    std::string table{};        ///< a binfmt_misc to take for this machine's own; empty: the real one
    bool private_tables = true; ///< false: as on a kernel that has none
};

/// Reads one request from `connection`, does it and answers. Returns when that is done; for a started session
/// when the session is gone. Never throws.
void serve(sys::Fd connection, const Settings &settings) noexcept;

/// Listens at `path` for `peer_uid` alone and serves every connection in a child of its own, until SIGTERM.
int listen_and_serve(const std::string &path, uid_t peer_uid, const Settings &settings);

} // namespace frank::launcher
