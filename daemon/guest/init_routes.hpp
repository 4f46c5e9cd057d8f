// Routes to native twins, while the session runs: a mount of the twins, and an exec table over the last one.
#pragma once

#include "daemon/guest/init_session.hpp"

#include <span>

namespace frank::guest {

/// `fds`: a detached mount of twins where `with_twins`, then the table. What comes of it is in
/// session.routed_error, to be told. What ran before keeps what it has: from the next exec on the new table
/// counts.
void take_routes(Session &session, bool with_twins, std::span<Fd> fds);

} // namespace frank::guest
