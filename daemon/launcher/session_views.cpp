#include "daemon/launcher/session_views.hpp"

#include "daemon/launcher/syscalls.hpp"

#include <array>

namespace frank::launcher {

namespace {

using plan::Rung;
using plan::StepKind;

/// A kernel without /proc/cpuinfo or /sys/firmware shows nothing that would have to be covered.
bool cover(int root, const char *path, int mount) noexcept {
    const sys::Fd target(open_beneath(root, path, O_PATH | O_NOFOLLOW));
    return target ? attach(mount, target.get()) == 0 : errno == ENOENT;
}

} // namespace

void mask_proc(const Blueprint &blueprint) noexcept {
    // Not locked, on purpose: locked mounts over /proc would make the kernel refuse every further procfs in
    // the session (mnt_already_visible). What they hide is denied by the user namespace as well.
    for (const ReadyStep &ready : blueprint.steps)
        if (ready.step.kind == StepKind::mask) {
            std::array<char, 64> path{"/"};
            std::strncat(path.data(), ready.step.target.c_str(), path.size() - 2);
            (void)::mount("/dev/null", path.data(), nullptr, MS_BIND, nullptr);
        }
}

bool show_board(const Blueprint &blueprint, Failure &why) noexcept {
    const sys::Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (const ReadyStep &ready : blueprint.steps) {
        if (ready.step.kind != StepKind::board_view || ready.skip)
            continue;
        const sys::Fd mount(
            ::open_tree(root.get(), ready.step.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
        mount_attr change{};
        change.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        if (!mount || set_attributes(mount.get(), 0, change) != 0 ||
            !cover(root.get(), ready.step.target.c_str(), mount.get())) {
            why = failure(Rung::session, errno, "(the board's texts)");
            return false;
        }
    }
    return true;
}

} // namespace frank::launcher
