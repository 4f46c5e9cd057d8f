// An archive from outside becomes a tree. Every member is judged before it is written; the first bad one ends
// it all.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/member.hpp"
#include "daemon/tree/reporter.hpp"

#include <cstdint>
#include <string>

namespace frank::tree {

struct UnpackOptions {
    std::uint64_t max_bytes = default_max_bytes; ///< of file contents written
};

/// Reads the archive from `archive_fd` and writes below `directory`, then completes the root. Changes the
/// working directory and the umask of this process. What has been written is left when it fails.
plan::Result<void> unpack(int archive_fd, const std::string &directory, const UnpackOptions &options,
                          Reporter &reporter);

} // namespace frank::tree
