#include "daemon/guest/init_bind.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace frank::guest {

namespace {

constexpr std::size_t longest = 1024; // plan/bind.hpp has it

/// An image's links lead somewhere inside, if anywhere.
Fd open_inside(const Fd &root, const char *path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), path, &how, sizeof how)));
}

/// A copy that may be cut into pieces; empty where it was no path.
class Path {
  public:
    explicit Path(std::span<const std::byte> bytes) {
        if (bytes.size() < 3 || bytes.size() > sizeof text_ || bytes.back() != std::byte{0} ||
            bytes.front() != std::byte{'/'})
            return;
        std::memcpy(text_, bytes.data(), bytes.size());
    }
    bool good() const { return text_[0] == '/'; }
    const char *text() const { return text_; }

    /// The directory itself; those that are missing on the way are made.
    Fd open_or_make() {
        const Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
        Fd here(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
        for (char *name = text_ + 1; here && *name != '\0';) {
            char *end = name;
            while (*end != '/' && *end != '\0')
                ++end;
            const char after = std::exchange(*end, '\0');
            (void)::mkdirat(here.get(), name, 0755); // what could not be made shows when it is opened
            here = open_inside(root, text_ + 1);
            *end = after;
            name = end + (after == '\0' ? 0 : 1);
        }
        return here;
    }

  private:
    char text_[longest + 1] = {};
};

bool look_at(const Fd &fd, struct statx &facts) {
    return ::statx(fd.get(), "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &facts) == 0;
}

/// After a restart of frankend it is lent once more.
bool is_there_already(const struct statx &target, const struct statx &mount) {
    return (target.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 && target.stx_ino == mount.stx_ino &&
           target.stx_dev_major == mount.stx_dev_major && target.stx_dev_minor == mount.stx_dev_minor;
}

} // namespace

int attach_bind(std::span<const std::byte> target, std::span<Fd> fds) {
    Path path(target);
    struct statx there {
    }, mount{};
    if (!path.good() || fds.size() != 1)
        return EINVAL;
    const Fd place = path.open_or_make();
    if (!place || !look_at(place, there) || !look_at(fds[0], mount))
        return errno;
    if (is_there_already(there, mount))
        return 0;
    if (::syscall(SYS_move_mount, fds[0].get(), "", place.get(), "",
                  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return errno;
    return 0;
}

int detach_bind(std::span<const std::byte> target) {
    const Path path(target);
    if (!path.good())
        return EINVAL;
    const bool gone = ::umount2(path.text(), MNT_DETACH) == 0 || errno == EINVAL || errno == ENOENT;
    return gone ? 0 : errno;
}

} // namespace frank::guest
