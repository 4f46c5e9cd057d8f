// What an emulator can do, by the version that it tells.
#pragma once

#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/result.hpp"

#include <string_view>

namespace frank::plan {

/// Refused where it cannot do that for whoever looks on. `version`: the first line of its --version.
Result<void> check_watch(Watch watch, std::string_view version);

} // namespace frank::plan
