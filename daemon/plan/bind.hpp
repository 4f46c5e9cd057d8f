// A directory of this machine that a session sees.
#pragma once

#include "daemon/plan/instance.hpp"
#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

struct Bind {
    Instance instance{};     ///< under which frank-launcher remembers the directory
    std::string source;      ///< what its user called it; shown only
    std::string target;      ///< where it is inside: what parse_bind_target() gives
    std::uint32_t owner = 0; ///< whose files in it are the session's root's; 0: nobody's, it can only be read
    bool writable = false;
    bool settled = false; ///< false: it is being added or taken away

    bool operator==(const Bind &) const = default;
};

inline constexpr std::size_t max_binds = 64;
/// With it, a path fits into a message to frank-init, and into a line that people read.
inline constexpr std::size_t max_bind_target = 1024;

/// Absolute, without ".", empty parts and a "/" at its end; refused are "..", control characters, the root
/// itself, and what is the session's own: /dev, /proc, /sys and /run/frankend, and what is below them.
Result<std::string> parse_bind_target(std::string_view text);

/// The one at `target`, or nullptr.
const Bind *find_bind(const std::vector<Bind> &binds, std::string_view target);

/// May `target` be one more? Not twice, and neither above nor below another: which of the two is seen would
/// depend on their order.
Result<void> check_new_bind(const std::vector<Bind> &binds, const std::string &target);

} // namespace frank::plan
