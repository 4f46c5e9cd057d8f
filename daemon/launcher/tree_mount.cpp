// The instance's tree as a mount: one tree, or the layers that a session sees as one.
#include "daemon/launcher/blueprint.hpp"
#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/id_map.hpp"
#include "daemon/launcher/overlay.hpp"
#include "daemon/launcher/syscalls.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

namespace frank::launcher {

namespace {

using plan::Rung;

/// nodev before it is attached; nosuid only where no session runs programs from it: setuid in a session's
/// root means the mapped root, and sudo needs it.
sys::Fd mapped(const sys::Fd &tree, const sys::Fd &ids, plan::LaunchOp op) {
    sys::Fd mount(::open_tree(tree.get(), "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
    if (!mount)
        fail(Rung::open_tree, "");
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_IDMAP;
    if (op == plan::LaunchOp::start_workshop)
        change.attr_set |= MOUNT_ATTR_NOSUID;
    change.userns_fd = static_cast<std::uint64_t>(ids.get());
    // systemd shares this machine's mounts; a clone is its peer, and pivot_root(2) takes no shared root.
    change.propagation = MS_PRIVATE;
    if (set_attributes(mount.get(), 0, change) != 0)
        fail(Rung::open_tree, "");
    return mount;
}

/// What was lost silently must not go unseen.
void check(const sys::Fd &mount, const plan::LaunchRequest &request) {
    struct statvfs flags {};
    struct stat root {};
    if (::fstatvfs(mount.get(), &flags) != 0 || ::fstat(mount.get(), &root) != 0)
        fail(Rung::open_tree, "");
    if ((flags.f_flag & ST_NODEV) == 0)
        fail(Rung::open_tree, "with nodev", EIO);
    if (root.st_uid < request.id_base || root.st_uid - request.id_base >= plan::id_range_size)
        fail(Rung::open_tree, "whose owner is outside the session's ids", EOVERFLOW);
}

/// Trees that we make are the foreign range's, whatever lies at the bottom.
sys::Fd ids_of_ours(plan::LaunchRequest request) {
    request.disk_ids = plan::DiskIds::foreign;
    return idmap_namespace(request);
}

sys::Fd one_over_the_other(const plan::LaunchRequest &request, const sys::Fd &tree,
                           const std::vector<Below> &below) {
    const sys::Fd ids = ids_of_ours(request);
    std::vector<sys::Fd> lower;
    lower.reserve(below.size());
    for (const Below &each : below)
        lower.push_back(each.adopted ? mapped(each.tree, idmap_namespace(request), request.op)
                                     : mapped(each.tree, ids, request.op));
    return overlay(lower, mapped(tree, ids, request.op), request.id_base);
}

} // namespace

sys::Fd clone_tree(const plan::LaunchRequest &request, const Storage &storage) {
    const std::vector<Below> below = storage.below(request);
    const sys::Fd tree = storage.open(request);
    sys::Fd mount;
    if (below.empty())
        mount = mapped(tree, idmap_namespace(request), request.op);
    else if (request.op == plan::LaunchOp::start_session)
        mount = one_over_the_other(request, tree, below);
    else // what is its own, raw
        mount = mapped(tree, ids_of_ours(request), request.op);
    check(mount, request);
    return mount;
}

} // namespace frank::launcher
