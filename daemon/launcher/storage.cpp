#include "daemon/launcher/storage.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/storage_files.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/file.hpp"

#include <array>
#include <climits>
#include <sys/stat.h>

namespace frank::launcher {

namespace {

using plan::Rung;

// Beside a tree that is not for one session alone.
constexpr const char *twin_mark = "twins";
constexpr const char *cache_mark = "cache";

bool same_file(const struct stat &a, const struct stat &b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Directories that are this machine: a session's root may write what is root's in its tree.
void refuse_system_directory(const struct stat &given) {
    for (const char *path :
         {"/",     "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt",     "/proc",
          "/root", "/run", "/sbin", "/srv", "/sys", "/tmp",  "/usr", "/var",   "/var/lib", "/var/tmp"}) {
        struct stat system {};
        if (::stat(path, &system) == 0 && same_file(system, given))
            fail(Rung::storage, std::string(path) + ", which is this machine's own", EPERM);
    }
}

std::string path_of(int fd) {
    std::array<char, PATH_MAX> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    if (length <= 0 || static_cast<std::size_t>(length) >= path.size() || path[0] != '/')
        fail(Rung::storage, "the given directory", ENOENT);
    std::string text(path.data(), static_cast<std::size_t>(length));
    if (text.find('\n') != std::string::npos)
        fail(Rung::storage, "a directory with a line feed in its path", EINVAL);
    return text;
}

void put_mark(const sys::Fd &instance, const char *name) {
    if (!sys::Fd(::openat(instance.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)))
        fail(Rung::storage, "the mark of a new tree");
}

void make_cache(const sys::Fd &instance) {
    put_mark(instance, cache_mark);
    make_tree(instance);
    constexpr mode_t everybody = 0777; // in sessions of one owner
    if (::fchmodat(instance.get(), "tree", everybody, 0) != 0)
        fail(Rung::storage, "a new tree");
}

/// A session's tree is for that session alone: one without the mark is refused.
sys::Fd open_marked(const sys::Fd &directory, const plan::LaunchRequest &request, const char *mark,
                    const char *what) {
    const sys::Fd instance(
        open_beneath(directory.get(), instance_name(request).c_str(), O_RDONLY | O_DIRECTORY));
    struct stat seen {};
    if (!instance || ::fstatat(instance.get(), mark, &seen, AT_SYMLINK_NOFOLLOW) != 0)
        fail(Rung::storage, what);
    sys::Fd tree(open_beneath(instance.get(), "tree", O_PATH | O_DIRECTORY));
    if (!tree)
        fail(Rung::storage, what);
    return tree;
}

} // namespace

Storage::Storage(const std::string &directory) {
    sys::ensure_directory(directory, 0700);
    directory_ = sys::Fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory_)
        fail(Rung::storage, directory);
    const struct stat st = status(directory_.get(), "the storage");
    if (st.st_uid != 0 || (st.st_mode & 077) != 0)
        fail(Rung::storage, directory + ", which must be root's with mode 0700", EPERM);
}

void Storage::make(const plan::LaunchRequest &request) const {
    const std::string name = instance_name(request);
    if (::mkdirat(directory_.get(), name.c_str(), 0700) != 0)
        fail(Rung::storage, "a new instance");
    const sys::Fd instance(open_beneath(directory_.get(), name.c_str(), O_PATH | O_DIRECTORY));
    if (!instance)
        fail(Rung::storage, "a new tree");
    make_tree(instance);
}

uid_t Storage::adopt(const plan::LaunchRequest &request, int fd) const {
    const struct stat given = status(fd, "the given directory");
    if (!S_ISDIR(given.st_mode))
        fail(Rung::storage, "what was given", ENOTDIR);
    refuse_system_directory(given);
    const std::string path = path_of(fd);
    const sys::Fd again = open_adopted(path);
    if (!again || !same_file(status(again.get(), "the given directory"), given))
        fail(Rung::storage, path, ENOENT);

    const std::string name = instance_name(request);
    if (::mkdirat(directory_.get(), name.c_str(), 0700) != 0)
        fail(Rung::storage, "a new instance");
    const sys::Fd instance(open_beneath(directory_.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
    if (!instance)
        fail(Rung::storage, "a new instance");
    sys::write_file_atomically(instance.get(), "source",
                               std::to_string(given.st_dev) + " " + std::to_string(given.st_ino) + "\n" +
                                   path + "\n");
    return given.st_uid;
}

void Storage::make_twins(const plan::LaunchRequest &request) const {
    make(request);
    const sys::Fd instance(
        open_beneath(directory_.get(), instance_name(request).c_str(), O_PATH | O_DIRECTORY));
    put_mark(instance, twin_mark);
}

sys::Fd Storage::open_twins(const plan::LaunchRequest &request) const {
    return open_marked(directory_, request, twin_mark, "the twins");
}

sys::Fd Storage::open_cache(const plan::LaunchRequest &request) const {
    constexpr const char *what = "the compiler cache";
    const std::string name = instance_name(request);
    if (::mkdirat(directory_.get(), name.c_str(), 0700) == 0)
        make_cache(open_instance(directory_, instance_name(request)));
    else if (errno != EEXIST)
        fail(Rung::storage, what);
    return open_marked(directory_, request, cache_mark, what);
}

sys::Fd Storage::open(const plan::LaunchRequest &request) const {
    const sys::Fd instance = open_instance(directory_, instance_name(request));
    if (const auto source = read_source(instance))
        return open_remembered(*source);
    sys::Fd tree(open_beneath(instance.get(), "tree", O_PATH | O_DIRECTORY));
    if (!tree)
        fail(Rung::storage, "the tree");
    return tree;
}

sys::Fd Storage::open_adopted_tree(const plan::LaunchRequest &request) const {
    const auto source = read_source(open_instance(directory_, instance_name(request)));
    if (!source)
        fail(Rung::storage, "the directory");
    return open_remembered(*source);
}

void Storage::drop(const plan::LaunchRequest &request) const {
    const std::string name = instance_name(request);
    const sys::Fd instance(open_beneath(directory_.get(), name.c_str(), O_PATH | O_DIRECTORY));
    if (!instance && errno == ENOENT)
        return;
    if (!instance)
        fail(Rung::storage, "the instance");
    if (::unlinkat(instance.get(), "source", 0) != 0 && errno != ENOENT)
        fail(Rung::storage, "what was remembered of the directory");
    if (::unlinkat(instance.get(), "tree", AT_REMOVEDIR) != 0 && errno != ENOENT)
        fail(Rung::storage, "the tree");
    for (const char *mark : {twin_mark, cache_mark, below_file})
        if (::unlinkat(instance.get(), mark, 0) != 0 && errno != ENOENT)
            fail(Rung::storage, "the mark of a tree");
    if (::unlinkat(directory_.get(), name.c_str(), AT_REMOVEDIR) != 0)
        fail(Rung::storage, "the instance");
}

} // namespace frank::launcher
