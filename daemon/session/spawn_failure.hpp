// What frank-init says of a command that did not start, in words. Pure.
#pragma once

#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/plan/spawn_request.hpp"

#include <string>

namespace frank::session {

/// `stage` and `error` come from inside and may hold anything.
plan::Refusal spawn_failure(int stage, int error, const plan::SpawnRequest &request,
                            const std::string &session);

} // namespace frank::session
