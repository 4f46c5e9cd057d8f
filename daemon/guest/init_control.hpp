// The connection to frankend. Only one is current: a new one (frankend has restarted) takes the place of the
// old. What is to be told is kept in the jobs, not in a queue: a peer that does not read holds up nothing,
// and a new one is told everything again.
#pragma once

#include "daemon/guest/init_session.hpp"

namespace frank::guest {

void accept_connection(Session &session);
void drop_connection(Session &session);
/// A bounded number of messages. Malformed ones are dropped with their descriptors.
void receive_messages(Session &session);
/// Tells what is due, until all is told or the connection takes no more.
void tell_news(Session &session);
/// For a request that has no slot to keep its answer in; lost where the connection takes no more.
void refuse_spawn(Session &session, std::uint64_t id, plan::SpawnStage stage, int error);

} // namespace frank::guest
