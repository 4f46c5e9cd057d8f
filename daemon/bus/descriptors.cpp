#include "daemon/bus/descriptors.hpp"

#include "daemon/bus/boundary.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "daemon/sys/file.hpp"

#include <array>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace frank::bus {

namespace {

/// What fstat(2) says where an owner's id has no place in our user namespace (/proc/sys/kernel/overflowuid).
constexpr std::uint32_t overflow_uid = 65534;

struct Look {
    mode_t type = 0;
    std::uint32_t owner = 0;
    int flags = 0;
};

sys::Fd take(const sdbus::UnixFd &descriptor) {
    const int fd = ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        refuse(Error::invalid_argument, "the descriptor cannot be used");
    return sys::Fd(fd);
}

/// AT_STATX_DONT_SYNC: what the kernel knows by itself; a dead NFS or FUSE server is not waited for.
Look look_at(const sys::Fd &fd) {
    struct statx facts {};
    const int flags = ::fcntl(fd.get(), F_GETFL);
    if (flags < 0 ||
        ::statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_UID, &facts) != 0)
        refuse(Error::invalid_argument, "the descriptor cannot be examined");
    return {static_cast<mode_t>(facts.stx_mode & S_IFMT), facts.stx_uid, flags};
}

std::string path_of(const sys::Fd &fd) {
    std::array<char, PATH_MAX> path{};
    const ssize_t length =
        ::readlink(("/proc/self/fd/" + std::to_string(fd.get())).c_str(), path.data(), path.size());
    if (length < 0)
        return "(unknown)";
    return plan::printable(std::string_view(path.data(), static_cast<std::size_t>(length)), PATH_MAX);
}

} // namespace

Directory take_directory(const sdbus::UnixFd &descriptor, std::uint32_t uid, const char *what) {
    sys::Fd fd = take(descriptor);
    const Look look = look_at(fd);
    if (!S_ISDIR(look.type))
        refuse(Error::invalid_argument, what);
    const bool owned = look.owner == uid && uid != overflow_uid;
    // O_PATH proves no right to read: anybody can open any directory's name so.
    if ((look.flags & O_PATH) != 0 && !owned && uid != 0)
        refuse(Error::invalid_argument,
               "a directory of somebody else must be opened for reading, not with O_PATH");
    std::string path = path_of(fd);
    return {std::move(fd), std::move(path), owned, look.owner == overflow_uid ? 0 : look.owner};
}

sys::Fd take_tools(const sdbus::UnixFd &descriptor) {
    sys::Fd fd = take(descriptor);
    const Look look = look_at(fd);
    if (!S_ISDIR(look.type) || (look.flags & O_PATH) != 0)
        refuse(Error::invalid_argument, "native tools come from a directory that is opened for reading");
    return fd;
}

sys::Fd take_archive(const sdbus::UnixFd &descriptor) {
    sys::Fd fd = take(descriptor);
    const Look look = look_at(fd);
    if (!S_ISREG(look.type) && !S_ISFIFO(look.type) && !S_ISSOCK(look.type))
        refuse(Error::invalid_argument, "the archive must be a file or a pipe");
    if ((look.flags & O_PATH) != 0 || (look.flags & O_ACCMODE) == O_WRONLY)
        refuse(Error::invalid_argument, "the archive must be opened for reading");
    return fd;
}

sys::Fd take_emulator(const sdbus::UnixFd &descriptor) {
    sys::Fd fd = take(descriptor);
    if (!sys::is_sealed(fd))
        refuse(Error::invalid_argument, "the emulator must be a memfd with its size and content sealed");
    return fd;
}

sys::Fd take_for_command(const sdbus::UnixFd &descriptor, std::uint32_t number) {
    sys::Fd fd = take(descriptor);
    const Look look = look_at(fd);
    const std::string who = "descriptor " + std::to_string(number);
    // With fchdir(2) a directory is a way out of the session's root.
    if (S_ISDIR(look.type))
        refuse(Error::invalid_argument, who + " is a directory: the command could leave its root by it");
    if ((look.flags & O_PATH) != 0)
        refuse(Error::invalid_argument, who + " was opened with O_PATH: open it for reading or writing");
    // Bytes could be pushed back into a terminal (TIOCSTI) for the caller's shell to run.
    if (S_ISCHR(look.type) && ::isatty(fd.get()) == 1)
        refuse(Error::invalid_argument, who + " is a terminal: use Enter, which gives one, or a pipe");
    return fd;
}

sys::Fd take_watcher(const sdbus::UnixFd &descriptor, plan::Watch watch) {
    sys::Fd fd = take(descriptor);
    const Look look = look_at(fd);
    const int access = look.flags & O_ACCMODE;
    if (watch == plan::Watch::trace && (!S_ISFIFO(look.type) || access == O_RDONLY))
        refuse(Error::invalid_argument, "a trace goes into a pipe: give its writing end");
    if (watch == plan::Watch::debug && !S_ISSOCK(look.type))
        refuse(Error::invalid_argument, "a debugger talks through a socket: give an end of a connected pair");
    return fd;
}

} // namespace frank::bus
