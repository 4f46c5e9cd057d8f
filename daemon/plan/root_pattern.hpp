// Paths of a root that are asked for: "/usr/bin/go", "/usr/lib/go-*/bin/go". No allocation and no exception
// here: frank-init, which looks, is made of it too.
#pragma once

#include <cstddef>
#include <string_view>

namespace frank::plan {

inline constexpr std::size_t max_pattern_bytes = 128;
/// Parts of one path: each is a directory that is read to its end.
inline constexpr std::size_t max_wild_parts = 2;

inline bool is_wild(std::string_view part) { return part.find_first_of("*?") != std::string_view::npos; }

/// An absolute path, without "." and "..", empty parts and control characters, and with few "*" and "?".
bool is_root_pattern(std::string_view text);
/// "*" is any bytes, "?" is one; neither is the '.' that hides a file.
bool matches(std::string_view name, std::string_view pattern);
/// The same, part by part.
bool path_matches(std::string_view path, std::string_view pattern);

} // namespace frank::plan
