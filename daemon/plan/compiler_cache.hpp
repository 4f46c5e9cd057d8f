// What compilers made before, kept by ccache(1) outside of the roots that use it. Pure.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/instance.hpp"
#include "daemon/plan/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frank::plan {

/// Where a session sees its own: what the data files of work-arounds may name in a variable.
inline constexpr const char *compiler_cache_directory = "/run/frankend/ccache";

/// Which roots have one together. `own`: each has one for itself.
enum class CacheSharing : std::uint8_t { shared, own, off };

std::optional<CacheSharing> cache_sharing(std::string_view text);

/// Whose a cache is. Of one owner alone: what a root puts there, another one takes for compiled.
struct CacheKey {
    std::uint32_t owner = 0;
    Arch arch = Arch::none;
    std::string suite{};   ///< of a Debian; empty: one root's alone
    std::string session{}; ///< its name; empty: every root's of that suite

    bool operator==(const CacheKey &) const = default;
};

/// `suite`: empty where the root is no Debian, or it is not known which.
CacheKey cache_key(std::uint32_t owner, Arch arch, const std::string &suite, const std::string &session,
                   CacheSharing sharing);

struct CompilerCache {
    Instance instance{}; ///< names the tree in frank-launcher's storage
    CacheKey key{};

    /// Might the root of this name use it, whatever the configuration says now?
    bool serves(std::uint32_t owner, Arch arch, const std::string &suite, const std::string &session) const;
};

std::string to_toml(const CompilerCache &cache);
/// Refuses a torn, foreign or newer file.
Result<CompilerCache> compiler_cache_from_toml(std::string_view text);

} // namespace frank::plan
