// What a member of an archive may be called and may be. Pure: names in, names or refusals out.
#pragma once

#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frank::tree {

inline constexpr std::uint64_t max_members = 2'000'000;
inline constexpr std::size_t max_path = 4095; ///< PATH_MAX without its NUL
inline constexpr std::size_t max_name = 255;  ///< NAME_MAX
inline constexpr std::size_t max_depth = 128;
inline constexpr std::size_t max_xattr_bytes = std::size_t{64} * 1024; ///< of one member, names and values
inline constexpr std::uint64_t default_max_bytes = 64ULL << 30;

/// For messages: in quotes, printable, cut.
std::string in_quotes(std::string_view name);

/// The name below the tree's root: no leading "/" (as tar strips it), no "." and no empty parts; "." for the
/// root itself. Refuses ".." and what is too long or too deep.
plan::Result<std::string> member_path(std::string_view name);

/// As the directory part of "a/b/c" is "a/b"; empty where there is none.
std::string_view parent_of(std::string_view path);

} // namespace frank::tree
