// frankend.toml as a checked value. Unknown keys, wrong types and out-of-range values are refused with line
// and column.
#pragma once

#include "daemon/plan/accel_wish.hpp"
#include "daemon/plan/compiler_cache.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/plan/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace frank::plan {

/// How sessions get a network. `automatic`: the machine's where abstract sockets can be fenced off (Landlock
/// scopes, Linux 6.12), else one of their own with a way out.
enum class NetworkPolicy : std::uint8_t { automatic, host, user, none };

struct Config {
    struct Limits { // each per uid
        std::uint32_t sessions = 32;
        std::uint32_t jobs = 64;
        std::uint32_t finished_jobs = 100; ///< kept to be asked about
        std::uint32_t pending_authorizations = 4;
        std::uint64_t log_bytes = 8ULL << 20; ///< per job
        /// Without CPU time, before a job of a program that is known to hang is told to do so.
        std::uint32_t hang_seconds = 600;
    } limits;
    struct Defaults {
        NetworkPolicy network = NetworkPolicy::automatic;
        std::string debian_variant = "minbase"; ///< mmdebstrap's --variant
        AccelWish accel = AccelWish::automatic; ///< of new sessions
        CacheSharing ccache = CacheSharing::shared;
        std::string debian_mirror; ///< its one MIRROR; empty: the suite's usual archives
    } defaults;

    /// Every architecture with an emulator is registered for programs outside of sessions, too.
    bool host_binfmt = false;

    bool operator==(const Config &) const;
};

/// A --variant of mmdebstrap that makes a root which runs.
bool is_debian_variant(std::string_view text);
/// Empty, or an http URL that no shell, apt or mmdebstrap takes for something else.
bool is_debian_mirror(std::string_view text);

inline constexpr std::size_t max_config_bytes = std::size_t{256} * 1024;

/// `origin` names the text in messages: "frankend.toml:3:7: unknown key \"sesions\" in [limits]".
Result<Config> parse_config(std::string_view text, std::string_view origin);

} // namespace frank::plan
