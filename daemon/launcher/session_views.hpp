// What covers the kernel's own views inside a session; done by the session itself, after its mounts are
// locked.
#pragma once

#include "daemon/launcher/blueprint.hpp"
#include "daemon/launcher/failure.hpp"

namespace frank::launcher {

/// See mask in the plan.
void mask_proc(const Blueprint &blueprint) noexcept;
/// The board's texts over the kernel's. Not locked, for the reason that mask_proc has.
bool show_board(const Blueprint &blueprint, Failure &why) noexcept;

} // namespace frank::launcher
