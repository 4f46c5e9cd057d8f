#include "daemon/tree/tree_root.hpp"

#include "daemon/plan/printable.hpp"

#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;

namespace {

Result<void> bad_directory(const char *name) {
    const std::string quoted = std::string("/") + name;
    if (errno == ELOOP)
        return refuse(Error::bad_image,
                      quoted + " is a symbolic link; it must be a directory of the root itself");
    if (errno == ENOENT)
        return refuse(Error::bad_image, quoted + " is missing; make an empty directory there");
    if (errno == ENOTDIR)
        return refuse(Error::bad_image, quoted + " is not a directory");
    sys::breakage("open " + quoted);
}

void make_directory(int root, const char *name) {
    const mode_t mode = std::strcmp(name, "tmp") == 0 ? 01777 : 0755;
    if (::mkdirat(root, name, mode) == 0) // what the umask took away; nobody else writes here
        sys::must(::fchmodat(root, name, mode, 0), "chmod a new directory");
    else if (errno != EEXIST)
        sys::breakage(std::string("make /") + name);
}

/// A symbolic link is left: what is bound there is bound over the link.
void make_file(int etc, const char *name) {
    const sys::Fd made(::openat(etc, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!made && errno != EEXIST)
        sys::breakage(std::string("make /etc/") + name);
}

} // namespace

Result<sys::Fd> open_tree_root(const std::string &path) {
    sys::Fd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!root)
        return refuse(Error::failed, "cannot open the directory " + plan::printable(path, 200) + ": " +
                                         std::generic_category().message(errno));
    return root;
}

int open_beneath(int root, const char *path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

Result<void> check_directories(int root, bool may_be_missing) {
    for (const char *name : needed_directories) {
        const sys::Fd directory(open_beneath(root, name, O_PATH | O_DIRECTORY));
        // EXDEV: something is mounted there, so it is a directory.
        if (!directory && errno != EXDEV && !(may_be_missing && errno == ENOENT))
            return bad_directory(name);
    }
    return {};
}

Result<void> complete_root(int root) {
    if (auto checked = check_directories(root, true); !checked)
        return checked;
    for (const char *name : needed_directories)
        make_directory(root, name);
    const sys::Fd etc(sys::must(open_beneath(root, "etc", O_RDONLY | O_DIRECTORY), "open /etc"));
    make_file(etc.get(), "resolv.conf");
    make_file(etc.get(), "hosts");
    return {};
}

} // namespace frank::tree
