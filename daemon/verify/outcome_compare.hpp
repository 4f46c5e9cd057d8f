// How two runs of one command ended and what they said, in words.
#pragma once

#include "daemon/verify/command.hpp"
#include "daemon/verify/recipe.hpp"

#include <string>
#include <string_view>

namespace frank::verify {

/// "dies of signal 11 natively"; empty: it ended by itself.
std::string describe_crash(const Outcome &outcome, std::string_view how);
/// ... or "exits with 1 natively"; empty: it exited with 0.
std::string describe_end(const Outcome &outcome, std::string_view how);
/// The first difference; empty: none.
std::string compare_outcomes(const Outcome &emulated, const Outcome &native, Kind kind);

} // namespace frank::verify
