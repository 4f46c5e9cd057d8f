// From settings to what frank-launcher is asked for. Pure.
#pragma once

#include "daemon/plan/board.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/session_settings.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace frank::session {

plan::LaunchRequest request_for(plan::LaunchOp op, const plan::SessionSettings &settings,
                                plan::Network network);
/// Native ones and Arch::none are left out: there is nothing to register for them.
void add_arches(plan::LaunchRequest &request, std::span<const plan::Arch> arches);

/// All that a session of it needs, its own first, as many as a request takes. `with_emulator`: what this
/// machine has emulators for; an architecture that a root merely holds too does not keep it from starting.
std::vector<plan::Arch> arches_of(const plan::SessionSettings &settings,
                                  std::span<const plan::Arch> with_emulator);
/// What arches_of() has no room for.
std::vector<plan::Arch> left_out_arches(const plan::SessionSettings &settings,
                                        std::span<const plan::Arch> with_emulator);
/// `arches`: arches_of(), which decides what is there to be run. `emulator`: the path of another one than the
/// session's own for its own architecture; empty: none.
std::vector<std::byte> session_exec_table(const plan::SessionSettings &settings,
                                          std::span<const plan::Arch> arches, const plan::Boards &boards,
                                          std::string_view emulator = {},
                                          plan::Watch watch = plan::Watch::none,
                                          std::vector<plan::RouteEntry> routes = {});
std::vector<std::byte> workshop_exec_table(std::span<const plan::Arch> arches);

} // namespace frank::session
