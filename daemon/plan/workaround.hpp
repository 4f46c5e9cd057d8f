// What is known to go wrong under qemu-user, and what helps, as data (conf/workarounds.d/NAME.toml): matched
// by what a root holds, applied to every job of its session.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

inline constexpr std::size_t max_workarounds = init_max_questions;
inline constexpr std::size_t max_workaround_paths = 8; ///< of one, as those that are always emulated
/// Of all together: they travel with a command, and its own part is counted apart.
inline constexpr std::size_t max_workaround_bytes = 4096;

/// Of a job's environment.
struct Setting {
    std::string key, value;
    /// Not empty: a list of words. What others set, and what the job has itself, comes behind it.
    std::string separator{};

    bool operator==(const Setting &) const = default;
};

struct Workaround {
    std::string name;
    std::string why;                ///< what goes wrong without it
    std::vector<std::string> paths; ///< is_root_pattern(); one of them in the root is enough
    std::string glibc{};            ///< parse_glibc_rule(); it must hold besides; empty: none
    std::vector<Arch> arches;       ///< of the root; none: every emulated one
    std::vector<Setting> environment;
    SpawnLimits limits{};
    std::vector<std::string> emulated{};  ///< is_root_pattern(); programs that no native twin stands in for
    std::string advice{};                 ///< what a user can do, where nothing that is set here helps
    std::vector<std::string> breakages{}; ///< names of plan/breakage.hpp; what the advice is told with

    /// May a root of `arch` need it? Native ones need none.
    bool is_for(Arch arch) const;
    /// It names compiler_cache_directory in a variable: it is of use where that is there.
    bool needs_cache() const;
    /// "KEY=VALUE, limit stack 65536, emulated /usr/bin/x"; empty: it only advises
    std::string sets() const;

    bool operator==(const Workaround &) const = default;
};

using Chosen = std::vector<const Workaround *>;

/// Unknown keys, wrong types and control characters are refused with line and column.
Result<Workaround> parse_workaround(std::string_view name, std::string_view text, std::string_view origin);

class Workarounds {
  public:
    /// Takes the place of one of the same name. False: there are too many.
    bool add(Workaround workaround);
    /// nullptr: there is none.
    const Workaround *find(std::string_view name) const;
    /// Sorted by name.
    const std::vector<Workaround> &all() const { return all_; }

    /// Refused where one of the names is none of ours.
    Result<void> check(const std::vector<std::string> &names) const;
    /// Whose paths are to be looked for in a root of `arch`.
    Chosen candidates(Arch arch) const;
    /// Those of `found` that are known and for `arch` and not in `off`.
    Chosen choose(Arch arch, const std::vector<std::string> &found,
                  const std::vector<std::string> &off) const;

  private:
    std::vector<Workaround> all_;
};

/// `env` with what the work-arounds set before it, but for what it sets itself; lists are put together.
std::vector<std::string> with_workarounds(const Chosen &workarounds, std::vector<std::string> env);
/// The highest of each.
SpawnLimits limits_of(const Chosen &workarounds);

/// The one by which the program at `path`, canonical in the root, is always emulated. nullptr: none.
const Workaround *keeper_of(const Chosen &workarounds, std::string_view path);
/// What they advise where a job broke in the way of this name; empty: nothing.
std::string advice_on(const Chosen &workarounds, std::string_view breakage);

/// The payload of InitType::look: a question for each.
std::vector<std::byte> encode_questions(const Chosen &workarounds);

} // namespace frank::plan
