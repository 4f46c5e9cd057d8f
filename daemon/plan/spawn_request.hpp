// A command to run in a session, checked.
#pragma once

#include "daemon/plan/exec_table.hpp"
#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

inline constexpr std::size_t max_spawn_bytes = std::size_t{64} * 1024; ///< argv, cwd and env together
inline constexpr std::size_t max_spawn_fds = 29;

/// As it came from outside.
struct RawSpawn {
    std::vector<std::string> argv;
    std::string cwd;
    std::vector<std::string> env;
    std::vector<std::uint32_t> fd_numbers;
    std::string user;
    bool log = false;
    bool tty = false;
    std::uint32_t rows = 0;
    std::uint32_t columns = 0;
    std::string cpu;
    std::string emulator;
    Watch watch = Watch::none;
    bool throw_away = false;
};

struct SpawnRequest {
    std::vector<std::string> argv; ///< empty: the login shell (only with tty)
    std::string cwd;               ///< absolute, or empty: the user's home
    std::vector<std::string> env;  ///< each has a '=' not at its start, no NUL
    std::vector<std::uint32_t> fd_numbers;
    std::string user; ///< never empty
    bool log = false;
    bool tty = false;
    std::uint16_t rows = 24;
    std::uint16_t columns = 80;
    std::string cpu{};      ///< a CPU model of its own; empty: the session's
    std::string emulator{}; ///< what the user calls the emulator that comes along; empty: the session's
    Watch watch = Watch::none;
    SpawnLimits limits{}; ///< of the session's work-arounds

    bool throw_away = false; ///< in a session that is made for it and goes with it
    bool own_table = false;  ///< one comes along that follows from nothing here

    bool has_own_table() const {
        return own_table || !cpu.empty() || !emulator.empty() || watch != Watch::none;
    }
};

Result<SpawnRequest> parse_spawn(RawSpawn raw);
/// The payload of InitType::spawn.
/// Where it has_own_table(), the table, the emulator and the one who watches follow the descriptors of the
/// command.
std::vector<std::byte> encode_spawn(const SpawnRequest &request, std::uint64_t log_limit);
/// For people: the command, with control characters escaped and cut to 120 bytes.
std::string describe(const SpawnRequest &request);

} // namespace frank::plan
