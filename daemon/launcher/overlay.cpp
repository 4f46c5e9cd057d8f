#include "daemon/launcher/overlay.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"

#include <linux/capability.h>
#include <string>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

using plan::Rung;

constexpr const char *workplace = "/tmp"; // of a mount namespace of the child's own
constexpr const char *upper_place = "u";
constexpr const char *result_place = "m";

/// Made before the fork.
struct Order {
    std::vector<int> lower;
    std::vector<std::string> places; ///< of `lower`, below the workplace
    int upper;
    std::string options;
    std::uint32_t id_base;
};

Order order_of(const std::vector<sys::Fd> &lower, const sys::Fd &upper, std::uint32_t id_base) {
    Order order{{}, {}, upper.get(), "lowerdir=", id_base};
    for (const sys::Fd &each : lower) {
        order.lower.push_back(each.get());
        order.places.push_back(std::to_string(order.places.size()));
        order.options += (order.places.size() == 1 ? "" : ":") + order.places.back();
    }
    // Each said, whatever the kernel was configured with: no index, for many lie over one; directories are
    // renamed as elsewhere; a file is copied whole, so that a layer needs nothing but what lies below it.
    order.options += ",upperdir=u/root,workdir=u/work,index=off,redirect_dir=on,metacopy=off";
    return order;
}

/// As the session's root on disk, or overlayfs would make its files root's of this machine, whom the upper
/// tree does not know, and be read-only without a word; and with every capability all the same, which it goes
/// on with for as long as it is mounted. A change of fsuid takes those of files away (capabilities(7)).
bool become_owner(std::uint32_t id) noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    (void)::setfsgid(id); // it tells nothing: what was made is looked at
    (void)::setfsuid(id);
    if (::syscall(SYS_capget, &header, data) != 0)
        return false;
    for (__user_cap_data_struct &half : data)
        half.effective = half.permitted;
    return ::syscall(SYS_capset, &header, data) == 0;
}

bool place(int mount, const char *at) noexcept {
    return ::mkdir(at, 0700) == 0 && ::move_mount(mount, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

/// overlayfs takes only what is attached where its caller is, so: in a mount namespace of our own.
bool attach_all(const Order &order) noexcept {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", workplace, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=64k") != 0 ||
        ::chdir(workplace) != 0 || !place(order.upper, upper_place) || ::mkdir(result_place, 0700) != 0)
        return false;
    for (std::size_t i = 0; i < order.lower.size(); ++i)
        if (!place(order.lower[i], order.places[i].c_str()))
            return false;
    return true;
}

/// A child that shares our descriptors and nothing else: puts the mount where `result` is. Ends with 0 or an
/// errno.
[[noreturn]] void compose(const Order &order, int result) noexcept {
    int mount = -1;
    const bool done =
        attach_all(order) && become_owner(order.id_base) &&
        ::mount("overlay", result_place, "overlay", MS_NODEV, order.options.c_str()) == 0 &&
        (mount = ::open_tree(AT_FDCWD, result_place, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)) >= 0 &&
        ::dup3(mount, result, O_CLOEXEC) >= 0;
    const int error = done ? 0 : errno;
    (void)::close(mount);
    ::_exit(error);
}

} // namespace

sys::Fd overlay(const std::vector<sys::Fd> &lower, const sys::Fd &upper, std::uint32_t id_base) {
    const Order order = order_of(lower, upper, id_base);
    sys::Fd result(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const pid_t child = result ? fork_into(CLONE_FILES, nullptr) : -1;
    if (child < 0)
        fail(Rung::namespaces, "to lay trees one over the other");
    if (child == 0)
        compose(order, result.get());
    int ended = 0;
    if (::waitpid(child, &ended, 0) != child || !WIFEXITED(ended))
        fail(Rung::open_tree, "as layers", ECHILD);
    if (WEXITSTATUS(ended) != 0)
        fail(Rung::open_tree, "as layers", WEXITSTATUS(ended));
    struct statvfs flags {};
    if (::fstatvfs(result.get(), &flags) != 0)
        fail(Rung::open_tree, "as layers");
    if ((flags.f_flag & ST_RDONLY) != 0)
        fail(Rung::open_tree, "as layers to be written to", EROFS);
    return result;
}

} // namespace frank::launcher
