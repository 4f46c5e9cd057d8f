#include "daemon/launcher/steps.hpp"

#include "daemon/launcher/syscalls.hpp"

#include <array>
#include <cstdio>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace frank::launcher {

namespace {

using plan::Rung;
using plan::StepKind;

/// The directory that holds `path` and the last name of it, without allocation.
class Parent {
  public:
    Parent(int root, const char *path) noexcept {
        const char *slash = std::strrchr(path, '/');
        name_ = slash == nullptr ? path : slash + 1;
        const std::size_t length = slash == nullptr ? 0 : static_cast<std::size_t>(slash - path);
        if (length >= directory_.size()) {
            errno = ENAMETOOLONG;
            return;
        }
        std::memcpy(directory_.data(), path, length);
        fd_ = open_beneath(root, length == 0 ? "." : directory_.data(), O_PATH | O_DIRECTORY);
    }
    Parent(const Parent &) = delete;
    Parent &operator=(const Parent &) = delete;
    ~Parent() { (void)::close(fd_); }
    bool good() const noexcept { return fd_ >= 0; }
    int fd() const noexcept { return fd_; }
    const char *name() const noexcept { return name_; }

  private:
    std::array<char, 256> directory_{};
    const char *name_ = "";
    int fd_ = -1;
};

bool make_directory(int root, const char *path, unsigned mode) noexcept {
    const Parent parent(root, path);
    return parent.good() && (::mkdirat(parent.fd(), parent.name(), mode) == 0 || errno == EEXIST);
}

bool make_link(int root, const char *path, const char *to) noexcept {
    const Parent parent(root, path);
    return parent.good() && ::symlinkat(to, parent.fd(), parent.name()) == 0;
}

/// A new file, or the one that is there; never through a link.
int make_file(int root, const char *path) noexcept {
    open_how how{};
    how.flags = O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
    how.mode = 0644;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

/// A fresh file system, detached. `options` are key, value pairs.
int make_mount(const char *type, std::initializer_list<std::array<const char *, 2>> options,
               unsigned attributes) noexcept {
    const sys::Fd context(::fsopen(type, FSOPEN_CLOEXEC));
    if (!context)
        return -1;
    for (const auto &option : options)
        if (::fsconfig(context.get(), FSCONFIG_SET_STRING, option[0], option[1], 0) != 0)
            return -1;
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return -1;
    return ::fsmount(context.get(), FSMOUNT_CLOEXEC, attributes);
}

int make_tmpfs(unsigned mode) noexcept {
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "%o", mode);
    return make_mount("tmpfs", {{{"mode", text.data()}}}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

/// Opens a target directory; one that the image lacks is made, one that is a link is refused (ELOOP).
int open_directory(int root, const char *path) noexcept {
    int fd = open_beneath(root, path, O_PATH | O_DIRECTORY);
    if (fd < 0 && errno == ENOENT && make_directory(root, path, 0755))
        fd = open_beneath(root, path, O_PATH | O_DIRECTORY);
    return fd;
}

bool attach_at_directory(int root, const char *path, int mount) noexcept {
    if (mount < 0)
        return false;
    const sys::Fd target(open_directory(root, path));
    return target && attach(mount, target.get()) == 0;
}

/// Over a file or over a symbolic link itself, whose target is then never looked at.
bool attach_at_file(int root, const char *path, int mount) noexcept {
    const sys::Fd target(open_beneath(root, path, O_PATH | O_NOFOLLOW));
    return target && attach(mount, target.get()) == 0;
}

/// In one of our own tmpfs, where the file is still to be made.
bool attach_at_new_file(int root, const char *path, int mount) noexcept {
    const sys::Fd target(make_file(root, path));
    return target && attach(mount, target.get()) == 0;
}

/// Covers a file that makes life easier. An image may lack it: nothing is made in a tree that was given to
/// us.
bool attach_courtesy(int root, const char *path, int mount) noexcept {
    return attach_at_file(root, path, mount) || errno == ENOENT;
}

bool write_file(int root, const char *path, const void *bytes, std::size_t size) noexcept {
    const sys::Fd file(make_file(root, path));
    return file && ::write(file.get(), bytes, size) == static_cast<ssize_t>(size);
}

/// Copied into the session's own memory: a mount needs a file of this machine's, and this one is nobody's.
bool write_emulator(int root, const char *path, int from) noexcept {
    const sys::Fd file(make_file(root, path));
    off_t at = 0;
    struct stat st {};
    if (!file || ::fstat(from, &st) != 0)
        return false;
    while (at < st.st_size)
        if (::sendfile(file.get(), from, &at, static_cast<std::size_t>(st.st_size - at)) <= 0)
            return false;
    return ::fchmod(file.get(), 0755) == 0;
}

bool write_board_file(const Blueprint &blueprint, int root, const plan::MountStep &step) noexcept {
    for (std::size_t i = 0; i < blueprint.board.size(); ++i)
        if (step.source == plan::board_sources[i])
            return write_file(root, step.target.c_str(), blueprint.board[i].data(),
                              blueprint.board[i].size());
    return false;
}

/// A file of ours at `source`, over whatever the image has at `target`.
bool bind_text(const std::string &text, int root, const plan::MountStep &step) noexcept {
    if (!write_file(root, step.source.c_str(), text.data(), text.size()))
        return false;
    const sys::Fd mount(::open_tree(root, step.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    return mount && set_attributes(mount.get(), 0, change) == 0 &&
           attach_courtesy(root, step.target.c_str(), mount.get());
}

bool seal(int root, const char *path) noexcept {
    const sys::Fd target(open_beneath(root, path, O_PATH | O_DIRECTORY));
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    return target && set_attributes(target.get(), 0, change) == 0;
}

bool host_tree(int root, const ReadyStep &ready) noexcept {
    if (!ready.link.empty())
        return make_link(root, ready.step.target.c_str(), ready.link.c_str());
    return attach_at_directory(root, ready.step.target.c_str(), ready.mount.get());
}

bool perform(const Blueprint &blueprint, int root, const ReadyStep &ready) noexcept {
    const char *target = ready.step.target.c_str();
    switch (ready.step.kind) {
    case StepKind::tree:
    case StepKind::tools:
        return attach_at_directory(root, target, ready.mount.get());
    case StepKind::tmpfs: {
        const sys::Fd mount(make_tmpfs(ready.step.mode));
        return attach_at_directory(root, target, mount.get());
    }
    case StepKind::devpts: {
        const sys::Fd mount(make_mount("devpts", {{{"mode", "620"}}, {{"gid", "5"}}, {{"ptmxmode", "666"}}},
                                       MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
        return attach_at_directory(root, target, mount.get());
    }
    case StepKind::host_file:
        return attach_courtesy(root, target, ready.mount.get());
    case StepKind::device:
        return attach_at_new_file(root, target, ready.mount.get());
    case StepKind::emulator:
        return ready.mount ? attach_at_new_file(root, target, ready.mount.get())
                           : write_emulator(root, target, blueprint.emulator.get());
    case StepKind::host_tree:
        return host_tree(root, ready);
    case StepKind::directory:
        return make_directory(root, target, ready.step.mode);
    case StepKind::link:
        return make_link(root, target, ready.step.source.c_str());
    case StepKind::exec_table:
        return write_file(root, target, blueprint.exec_table.data(), blueprint.exec_table.size());
    case StepKind::board_file:
        return write_board_file(blueprint, root, ready.step);
    case StepKind::hosts:
        return bind_text(blueprint.hosts, root, ready.step);
    case StepKind::resolver:
        return bind_text(blueprint.resolver, root, ready.step);
    case StepKind::seal:
        return seal(root, target);
    case StepKind::proc:
    case StepKind::sysfs:
    case StepKind::binfmt:
    case StepKind::mask:
    case StepKind::board_view:
        return true; // later, by the functions named for them
    }
    return false;
}

/// The root itself goes over /tmp: nothing of this machine is touched, our mount namespace is private.
int attach_root(const Blueprint &blueprint) noexcept {
    const ReadyStep &first = blueprint.steps.front();
    const sys::Fd fresh(first.step.kind == StepKind::tmpfs ? make_tmpfs(first.step.mode) : -1);
    const int mount = fresh ? fresh.get() : first.mount.get();
    if (::move_mount(mount, "", AT_FDCWD, "/tmp", MOVE_MOUNT_F_EMPTY_PATH) != 0)
        return -1;
    return ::open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

} // namespace

int build_root(const Blueprint &blueprint, Failure &why) noexcept {
    sys::Fd root(attach_root(blueprint));
    if (!root) {
        why = failure(Rung::mount_step, errno);
        return -1;
    }
    for (std::size_t i = 1; i < blueprint.steps.size(); ++i) {
        const ReadyStep &ready = blueprint.steps[i];
        if (!ready.skip && !perform(blueprint, root.get(), ready)) {
            why = failure(Rung::mount_step, errno, "", i);
            return -1;
        }
    }
    return root.release();
}

bool mount_kernel_views(const Blueprint &blueprint, int root, Failure &why) noexcept {
    constexpr unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    for (std::size_t i = 0; i < blueprint.steps.size(); ++i) {
        const plan::MountStep &step = blueprint.steps[i].step;
        if (step.kind == StepKind::proc) {
            const sys::Fd mount(make_mount("proc", {}, attributes));
            if (!attach_at_directory(root, step.target.c_str(), mount.get())) {
                why = failure(Rung::proc, errno);
                return false;
            }
        }
        if (step.kind == StepKind::sysfs) {
            // The kernel refuses where this machine's own sysfs is partly covered (mount_too_revealing): then
            // /sys stays what the image has there.
            const sys::Fd mount(make_mount("sysfs", {}, attributes | MOUNT_ATTR_RDONLY));
            if (mount && !attach_at_directory(root, step.target.c_str(), mount.get())) {
                why = failure(Rung::mount_step, errno, "", i);
                return false;
            }
        }
    }
    return true;
}

int make_binfmt(const Blueprint &blueprint, Failure &why) noexcept {
    sys::Fd mount(make_mount("binfmt_misc", {}, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    if (!mount) {
        why = failure(Rung::binfmt, errno, "(a table of its own needs Linux 6.7)");
        return -1;
    }
    for (const std::string &line : blueprint.registrations) {
        const sys::Fd file(::openat(mount.get(), "register", O_WRONLY | O_CLOEXEC));
        if (!file || ::write(file.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
            why = failure(Rung::binfmt, errno);
            return -1;
        }
    }
    return mount.release();
}

bool attach_binfmt(const Blueprint &blueprint, int root, int binfmt, Failure &why) noexcept {
    for (const ReadyStep &ready : blueprint.steps)
        if (binfmt >= 0 && ready.step.kind == StepKind::binfmt &&
            !attach_at_directory(root, ready.step.target.c_str(), binfmt)) {
            why = failure(Rung::binfmt, errno);
            return false;
        }
    return true;
}

} // namespace frank::launcher
