// Entries of a directory, without allocation.
#pragma once

#include "daemon/guest/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace frank::guest {

struct DirectoryEntry {
    const char *name;
    std::uint64_t inode;
    std::uint64_t position; ///< of the next one
};

/// Calls `act(entry)` for each entry until it says false; "." and ".." too.
template <class Act> void for_each_entry(int directory, const char *path, Act act) {
    constexpr std::size_t buffer_bytes = 8192; // some hundred entries; callers may be nested
    const Fd opened(::openat(directory, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
    if (!opened)
        return;
    alignas(dirent64) char buffer[buffer_bytes];
    long got = 0;
    while ((got = ::syscall(SYS_getdents64, opened.get(), buffer, sizeof buffer)) > 0)
        for (long at = 0; at < got;) {
            const char *record = buffer + at;
            std::uint16_t length = 0;
            DirectoryEntry entry{record + offsetof(dirent64, d_name), 0, 0};
            std::memcpy(&length, record + offsetof(dirent64, d_reclen), sizeof length);
            std::memcpy(&entry.inode, record + offsetof(dirent64, d_ino), sizeof entry.inode);
            std::memcpy(&entry.position, record + offsetof(dirent64, d_off), sizeof entry.position);
            if (!act(entry))
                return;
            at += length;
        }
}

} // namespace frank::guest
