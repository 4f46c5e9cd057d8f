// What frank-init does to jobs: starts, signals, resizes, forgets them, and learns how they ended.
#pragma once

#include "daemon/guest/init_session.hpp"

#include <span>

namespace frank::guest {

/// A request that cannot be carried out becomes a job in state `failed`, to be told and dropped; one for
/// which there is no slot is answered at once.
void spawn_job(Session &session, std::uint64_t id, std::span<const std::byte> payload, std::span<Fd> fds);
void signal_job(Session &session, std::uint64_t id, int number);
void resize_job(Session &session, std::uint64_t id, int rows, int columns);
void forget_job(Session &session, std::uint64_t id);

/// The child has executed its command, or has told why it could not.
void collect_report(Job &job);
/// Every zombie, ours and adopted ones. Sets session.childless.
void reap(Session &session);
/// SIGTERM to every process of the session; two seconds later serve() kills the rest.
void begin_shutdown(Session &session);

} // namespace frank::guest
