// launcher/ is the hands: the only room with mount, unshare and idmaps. It never sees D-Bus, and no string of
// its caller reaches the kernel. This file: system calls that glibc 2.36 does not wrap.
#pragma once

#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace frank::launcher {

/// How a path inside a tree that nobody trusts is opened: below `dir`, through no link of any kind.
inline int open_beneath(int dir, const char *path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, dir, path, &how, sizeof how));
}

/// fork() with namespaces: 0 in the child, -1 on failure; `pidfd`, where not null, is O_CLOEXEC.
inline pid_t fork_into(std::uint64_t namespaces, int *pidfd) {
    clone_args args{};
    args.flags = namespaces;
    if (pidfd != nullptr) {
        args.flags |= CLONE_PIDFD;
        args.pidfd = reinterpret_cast<std::uint64_t>(pidfd);
    }
    args.exit_signal = SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
}

inline int pivot_root(const char *new_root, const char *put_old) {
    return static_cast<int>(::syscall(SYS_pivot_root, new_root, put_old));
}

inline int pidfd_kill(int pidfd, int number) {
    return static_cast<int>(::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0));
}

inline int close_from(unsigned first) { return static_cast<int>(::syscall(SYS_close_range, first, ~0U, 0U)); }

/// Attaches a detached mount over what `target` is, a symbolic link included.
inline int attach(int mount, int target) {
    return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

inline int set_attributes(int mount, unsigned recursive, const mount_attr &attributes) {
    return ::mount_setattr(mount, "", AT_EMPTY_PATH | recursive, const_cast<mount_attr *>(&attributes),
                           sizeof attributes);
}

} // namespace frank::launcher
