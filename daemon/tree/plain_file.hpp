// Files of an untrusted tree, opened and read without being led anywhere or held up.
#pragma once

#include "daemon/sys/fd.hpp"

#include <cstddef>
#include <string>

namespace frank::tree {

/// An invalid Fd for anything but a plain file. Opened without blocking: it may be a fifo. Symbolic links are
/// those of the tree.
sys::Fd open_plain_file(int root, const char *path);
/// Its first bytes, `limit` at most; fewer, or none, where they cannot be read.
std::string read_head(const sys::Fd &file, std::size_t limit);

} // namespace frank::tree
