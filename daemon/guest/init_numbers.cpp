#include "daemon/guest/init_numbers.hpp"

#include "daemon/guest/init_directory.hpp"

#include <sys/vfs.h>

namespace frank::guest {

plan::WideNumbers sample_numbers() {
    plan::WideNumbers numbers;
    for (const char *path : plan::sampled_directories) {
        std::size_t entries = 0;
        for_each_entry(AT_FDCWD, path, [&](const DirectoryEntry &entry) {
            numbers.take(entry.inode, entry.position);
            return ++entries < plan::max_sampled_entries;
        });
    }
    return numbers;
}

std::uint32_t file_system_type() {
    struct statfs info {};
    return ::statfs("/", &info) < 0 ? 0 : static_cast<std::uint32_t>(info.f_type);
}

} // namespace frank::guest
