// Which glibc a root has, by the banner in its libc.so.6, and rules about that. No allocation and no
// exception here: frank-init, which reads the file, is made of it too, and nothing else learns of the
// version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frank::plan {

struct GlibcVersion {
    std::uint32_t major = 0, minor = 0;

    bool operator==(const GlibcVersion &) const = default;
    bool is_at_least(const GlibcVersion &other) const {
        return major != other.major ? major > other.major : minor >= other.minor;
    }
};

inline constexpr std::size_t max_glibc_rule_bytes = 16;

/// ">= 2.41" or "< 2.34".
struct GlibcRule {
    bool at_least = false; ///< else: below
    GlibcVersion version;

    bool holds(const GlibcVersion &found) const { return at_least == found.is_at_least(version); }
};

std::optional<GlibcRule> parse_glibc_rule(std::string_view text);

/// Where distributions put it, or one directory further down, which is named after a GNU triplet.
inline constexpr std::array<const char *, 4> glibc_directories{"/lib", "/lib64", "/usr/lib", "/usr/lib64"};
inline constexpr const char *glibc_triplets = "*-linux-gnu*";
inline constexpr const char *glibc_file = "libc.so.6";
/// It has 2 MB; a hostile root may have anything by that name.
inline constexpr std::size_t max_glibc_bytes = std::size_t{16} << 20;
/// No banner is longer up to its version; a reader in pieces lets them overlap by as much.
inline constexpr std::size_t max_banner_bytes = 256;

/// "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.": what a libc that is run prints.
/// Nothing: there is none in `bytes`.
std::optional<GlibcVersion> glibc_in(std::string_view bytes);

} // namespace frank::plan
