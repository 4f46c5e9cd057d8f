#include "daemon/tree/numbers.hpp"

#include "daemon/tree/tree_directory.hpp"

#include <sys/vfs.h>

namespace frank::tree {

plan::RootStorage find_storage(int root) {
    plan::RootStorage storage;
    for (const char *path : plan::sampled_directories) {
        const Directory directory = open_directory(root, path);
        const dirent *entry = nullptr;
        for (std::size_t entries = 0; directory && entries < plan::max_sampled_entries &&
                                      (entry = ::readdir(directory.get())) != nullptr;
             ++entries)
            storage.wide.take(entry->d_ino, static_cast<std::uint64_t>(entry->d_off));
    }
    struct statfs info {};
    if (::fstatfs(root, &info) == 0)
        storage.file_system = plan::file_system_name(static_cast<std::uint32_t>(info.f_type));
    return storage;
}

} // namespace frank::tree
