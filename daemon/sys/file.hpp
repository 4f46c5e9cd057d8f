// Small files: read whole, written so that a crash leaves the old or the new, never a torn one.
#pragma once

#include "daemon/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::sys {

/// Nothing where there is no such file; std::system_error for all else, EFBIG above `limit`.
std::optional<std::string> read_file(int dir, const char *name, std::size_t limit);
/// Temporary file, fsync, rename, fsync of the directory.
void write_file_atomically(int dir, const char *name, std::string_view text);
/// Names in the directory behind `dir`, in the file system's own order, "." and ".." left out.
std::vector<std::string> names_in_order(int dir);
/// Opens `path` below `root` with openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS): symbolic links are those
/// of the root. -1 and errno on failure.
int open_in_root(int root, const char *path, int flags);
/// A sealed memfd with these bytes: nobody can change it any more.
Fd sealed_memfd(const char *name, std::span<const std::byte> bytes);
/// All of `from`, from its beginning, to the end of `to`; EFBIG above `limit`.
void copy_file(const Fd &from, const Fd &to, std::uint64_t limit);
/// A sealed memfd of what is in `from`.
Fd sealed_copy(const char *name, const Fd &from, std::uint64_t limit);
/// Is it a memory file that nobody can change any more? Reading such a one waits for no file system.
bool is_sealed(const Fd &fd);
/// mkdir -p of one level; fine when it is there.
void ensure_directory(const std::string &path, unsigned mode);

} // namespace frank::sys
