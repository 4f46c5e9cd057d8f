// os-release(5), read as data.
#pragma once

#include <string>
#include <string_view>

namespace frank::plan {

inline constexpr std::size_t max_os_release_bytes = std::size_t{64} * 1024;

/// PRETTY_NAME, or "Linux" (the manual page's default) where there is none; printable, at most 200 bytes.
std::string pretty_name(std::string_view os_release);
/// VERSION_CODENAME of a Debian or what is made from it ("bookworm"); empty where it is none.
std::string debian_suite(std::string_view os_release);

} // namespace frank::plan
