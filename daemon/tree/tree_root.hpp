// Opening things of an untrusted tree, by openat2(2) alone.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/sys/fd.hpp"

#include <array>
#include <string>

namespace frank::tree {

/// The directories that a session mounts on or writes below: they must be directories of the tree itself.
inline constexpr std::array<const char *, 6> needed_directories{"dev", "etc", "proc", "run", "sys", "tmp"};

/// The directory itself, for reading; a symbolic link is refused.
plan::Result<sys::Fd> open_tree_root(const std::string &path);

/// `path` below `root`, through no symbolic link, no mount point and no "..". -1 and errno on failure.
int open_beneath(int root, const char *path, int flags);

/// Refuses where a needed directory is a symbolic link or no directory, and, unless `may_be_missing`, where
/// it is not there.
plan::Result<void> check_directories(int root, bool may_be_missing);

/// Makes what a fresh tree lacks: the needed directories, and files for resolv.conf and hosts to be mounted
/// on.
plan::Result<void> complete_root(int root);

} // namespace frank::tree
