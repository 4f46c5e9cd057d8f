// The line that registers an architecture with binfmt_misc (Documentation/admin-guide/binfmt-misc.rst).
#pragma once

#include "daemon/plan/arch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

/// What the kernel compares, from the start of a file: (byte ^ magic) & mask must be 0 everywhere.
struct BinfmtMatch {
    std::vector<std::uint8_t> magic;
    std::vector<std::uint8_t> mask; ///< as long
};

BinfmtMatch match_of(Arch arch);

/// `arch`: one that is emulated. `flags`: "PFC" in a session's own table; never C in the host's.
/// `interpreter` must be shorter than 128 bytes and hold no ':' (checked with an assertion: no caller passes
/// text from outside). The name is "frank-QEMU".
std::string registration_line(Arch arch, std::string_view interpreter, std::string_view flags);

/// The name of the entry: armhf and armel share one.
std::string entry_name(Arch arch);

} // namespace frank::plan
