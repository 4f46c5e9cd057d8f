// What the stores share: frankend's own directories, which nobody else writes.
#pragma once

#include "daemon/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frank::session {

/// Longest file of frankend's own state.
inline constexpr std::size_t max_state_bytes = std::size_t{64} << 10;

sys::Fd open_directory(const std::string &path);
/// Names in it, sorted, "." and ".." left out; none where there is no such directory.
std::vector<std::string> names_in(const std::string &path);
/// Renames a file that cannot be used to NAME.broken-N and says so in the journal: it is never guessed at,
/// never deleted.
void set_aside(const std::string &directory, const std::string &name, const std::string &why);
bool is_set_aside(const std::string &name);
/// Removes a directory and the plain files and sockets in it, but not those that were set aside: with such it
/// stays.
void remove_flat(const std::string &path);
/// Like sys::write_file_atomically without waiting for the disk: for files that do not outlive the boot.
void write_runtime_file(const std::string &directory, const std::string &name, const std::string &text);

/// This boot's, as /proc/sys/kernel/random/boot_id has it; "unknown" where that cannot be read.
std::string kernel_boot_id();
/// Microseconds since 1970.
std::uint64_t wall_clock();

} // namespace frank::session
