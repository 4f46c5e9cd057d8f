#include "daemon/launcher/lend.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/id_map.hpp"
#include "daemon/launcher/syscalls.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

using plan::Rung;

sys::Fd clone_of(const sys::Fd &directory, const char *what) {
    sys::Fd mount(::open_tree(directory.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
    if (!mount)
        fail(Rung::open_tree, what);
    return mount;
}

void change(const sys::Fd &mount, const mount_attr &attributes, const char *what) {
    if (set_attributes(mount.get(), 0, attributes) != 0)
        fail(Rung::open_tree, what);
}

/// A child that shares our descriptors and nothing else: puts a clone of `mount`, whose flags are locked,
/// where `place` is. Ends with 0 or an errno.
[[noreturn]] void lock(int mount, int place) noexcept {
    int clone = -1;
    const bool done = ::unshare(CLONE_NEWNS) == 0 &&
                      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      ::move_mount(mount, "", AT_FDCWD, "/tmp", MOVE_MOUNT_F_EMPTY_PATH) == 0 &&
                      ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
                      (clone = ::open_tree(AT_FDCWD, "/tmp", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)) >= 0 &&
                      ::dup3(clone, place, O_CLOEXEC) >= 0;
    const int error = done ? 0 : errno;
    (void)::close(clone);
    ::_exit(error);
}

/// Whoever is root where a mount is attached may change its flags, unless they are locked. The kernel locks
/// them when it copies a mount namespace into a user namespace below (mount_namespaces(7)), and a clone of
/// such a mount keeps that.
sys::Fd locked(const sys::Fd &mount) {
    sys::Fd place(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const pid_t child = place ? fork_into(CLONE_FILES, nullptr) : -1;
    if (child < 0)
        fail(Rung::namespaces, "to lock a mount");
    if (child == 0)
        lock(mount.get(), place.get());
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status))
        fail(Rung::namespaces, "to lock a mount", ECHILD);
    if (WEXITSTATUS(status) != 0)
        fail(Rung::namespaces, "to lock a mount", WEXITSTATUS(status));
    return place;
}

/// For the ids of one session; `flags` besides nosuid and nodev.
sys::Fd lent(const sys::Fd &directory, const plan::LaunchRequest &ids, std::uint64_t flags) {
    constexpr const char *what = ""; // the answer names it
    const sys::Fd space = idmap_namespace(ids);
    const sys::Fd mount = clone_of(directory, what);
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_IDMAP | flags;
    attributes.userns_fd = static_cast<std::uint64_t>(space.get());
    attributes.propagation = MS_PRIVATE;
    change(mount, attributes, what);
    return locked(mount);
}

} // namespace

/// No idmap: that is what keeps a session's root from changing what others run, should it make its mount
/// writable.
sys::Fd lend_twins(const plan::LaunchRequest &request, const Storage &storage) {
    sys::Fd mount = clone_of(storage.open_twins(request), "the twins");
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    attributes.propagation = MS_PRIVATE;
    change(mount, attributes, "the twins");
    return mount;
}

sys::Fd lend_directory(const plan::LaunchRequest &request, const Storage &storage) {
    const sys::Fd directory = storage.open_adopted_tree(request);
    struct stat st {};
    if (::fstat(directory.get(), &st) != 0)
        fail(Rung::storage, "");
    const bool owned = request.owner_uid != 0 && st.st_uid == request.owner_uid;
    const bool writable = request.writable != 0;
    if (writable && !owned)
        fail(Rung::storage, "to be written to, which belongs to somebody else", EPERM);
    plan::LaunchRequest ids = request;
    ids.disk_ids = plan::DiskIds::owner;
    if (!owned)
        ids.owner_uid = plan::unused_id;
    return lent(directory, ids, writable ? 0 : MOUNT_ATTR_RDONLY);
}

sys::Fd lend_cache(const plan::LaunchRequest &request, const Storage &storage) {
    plan::LaunchRequest ids = request;
    ids.disk_ids = plan::DiskIds::foreign;
    return lent(storage.open_cache(request), ids, MOUNT_ATTR_NOEXEC);
}

} // namespace frank::launcher
