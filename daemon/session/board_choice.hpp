// Which board a session shows, and what follows from that.
#pragma once

#include "daemon/plan/board.hpp"
#include "daemon/plan/session_settings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace frank::session {

/// The name of the board that these settings mean; empty: there is none for their architecture.
std::string board_name(const plan::Boards &boards, const plan::SessionSettings &settings);
/// The board whose CPU cpu_of() is; empty: the user's own word, or no board's.
std::string board_of_cpu(const plan::Boards &boards, const plan::SessionSettings &settings, plan::Arch arch);
/// What the emulator of `arch` is told in such a session: the user's word, else the board's, else the
/// architecture's own. Empty: qemu's default.
std::string cpu_of(const plan::Boards &boards, const plan::SessionSettings &settings, plan::Arch arch);
/// The texts that the session sees, for as many processors as we may use; empty where its programs are native
/// or the board says nothing.
std::vector<std::byte> board_files(const plan::Boards &boards, const plan::SessionSettings &settings);

} // namespace frank::session
