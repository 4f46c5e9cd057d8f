// SRC[:DST[:ro|rw]] of `bind` and `create --bind`: a directory, opened with the caller's own rights.
#pragma once

#include "client/daemon_link.hpp"
#include "client/fd.hpp"

#include <string>
#include <vector>

namespace frank::client {

struct BindSpec {
    std::string source; ///< as the user wrote it
    std::string target; ///< where inside; without DST the source's own absolute path
    enum class Mode : unsigned char { by_owner, read_only, writable } mode = Mode::by_owner;
    Fd directory{};
};

/// Opens it. Failure, in one line, for what cannot be opened or is not of that form.
BindSpec open_bind(const std::string &text);

/// As a line of --dry-run.
std::string describe(const BindSpec &spec);

/// Asks frankend for it, with a password where policy wants one.
void bind(DaemonLink &link, const std::string &session, const BindSpec &spec);

} // namespace frank::client
