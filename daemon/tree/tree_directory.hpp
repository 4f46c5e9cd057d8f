// A directory of a tree, to be read.
#pragma once

#include "daemon/sys/file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <memory>

namespace frank::tree {

using Directory = std::unique_ptr<DIR, int (*)(DIR *)>;

/// Empty where there is none. Symbolic links are those of the tree.
inline Directory open_directory(int root, const char *path) {
    sys::Fd fd(sys::open_in_root(root, path, O_RDONLY | O_DIRECTORY));
    Directory directory(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
    if (directory)
        (void)fd.release(); // closedir closes it
    return directory;
}

} // namespace frank::tree
