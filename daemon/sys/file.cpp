#include "daemon/sys/file.hpp"

#include <algorithm>
#include <cstdint>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace frank::sys {

namespace {

void write_all(int fd, const char *data, std::size_t size, const char *what) {
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        must(written, what);
        data += written;
        size -= static_cast<std::size_t>(written);
    }
}

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Fd make_memfd(const char *name) {
    return Fd(must(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), "make memfd"));
}

[[noreturn]] void breakage_of(const char *verb, const char *name, int error) {
    throw std::system_error(error, std::generic_category(), std::string(verb) + " " + name);
}

/// The temporary file is gone whatever happens, unless it has been renamed.
class Temporary {
  public:
    Temporary(int dir, std::string name) : dir_(dir), name_(std::move(name)) {
        // One left by a crash is in the way of O_EXCL and worth nothing.
        (void)::unlinkat(dir_, name_.c_str(), 0);
        fd_ =
            Fd(must(::openat(dir_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
                    "create temporary file"));
    }
    Temporary(const Temporary &) = delete;
    Temporary &operator=(const Temporary &) = delete;
    ~Temporary() {
        if (!name_.empty())
            (void)::unlinkat(dir_, name_.c_str(), 0);
    }
    int fd() const { return fd_.get(); }
    void rename_to(const char *name) {
        must(::renameat(dir_, name_.c_str(), dir_, name), "rename temporary file");
        name_.clear();
    }

  private:
    int dir_;
    std::string name_;
    Fd fd_;
};

} // namespace

std::optional<std::string> read_file(int dir, const char *name, std::size_t limit) {
    const Fd fd(::openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!fd) {
        if (errno == ENOENT)
            return std::nullopt;
        breakage_of("open", name, errno);
    }
    std::string text;
    std::size_t filled = 0;
    for (;;) {
        text.resize(filled + std::min(limit + 1 - filled, std::size_t{64} * 1024));
        const ssize_t got = ::read(fd.get(), text.data() + filled, text.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            breakage_of("read", name, errno);
        filled += static_cast<std::size_t>(got);
        if (filled > limit)
            breakage_of("read", name, EFBIG);
        if (got == 0)
            break;
    }
    text.resize(filled);
    return text;
}

void write_file_atomically(int dir, const char *name, std::string_view text) {
    Temporary temporary(dir, "." + std::string(name) + ".new");
    write_all(temporary.fd(), text.data(), text.size(), "write temporary file");
    must(::fsync(temporary.fd()), "fsync temporary file");
    temporary.rename_to(name);
    // The rename itself is on disk only once the directory is. The caller's may be O_PATH, which fsync
    // refuses.
    const Fd directory(must(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open directory"));
    must(::fsync(directory.get()), "fsync directory");
}

std::vector<std::string> names_in_order(int dir) {
    const int again = must(::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open a directory");
    const std::unique_ptr<DIR, int (*)(DIR *)> directory(::fdopendir(again), ::closedir);
    if (!directory)
        breakage("read a directory");
    std::vector<std::string> names;
    while (const dirent *entry = ::readdir(directory.get()))
        if (const std::string name = entry->d_name; name != "." && name != "..")
            names.push_back(name);
    return names;
}

int open_in_root(int root, const char *path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

Fd sealed_memfd(const char *name, std::span<const std::byte> bytes) {
    Fd fd = make_memfd(name);
    write_all(fd.get(), reinterpret_cast<const char *>(bytes.data()), bytes.size(), "write memfd");
    must(::fcntl(fd.get(), F_ADD_SEALS, all_seals), "seal memfd");
    return fd;
}

void copy_file(const Fd &from, const Fd &to, std::uint64_t limit) {
    struct stat info {};
    must(::fstat(from.get(), &info), "look at the file to copy");
    if (static_cast<std::uint64_t>(info.st_size) > limit)
        throw std::system_error(EFBIG, std::generic_category(), "copy a file");
    for (off_t at = 0; at < info.st_size;)
        if (must(::sendfile(to.get(), from.get(), &at, static_cast<std::size_t>(info.st_size - at)),
                 "copy a file") == 0)
            throw std::system_error(EIO, std::generic_category(), "copy a file that became shorter");
}

Fd sealed_copy(const char *name, const Fd &from, std::uint64_t limit) {
    Fd fd = make_memfd(name);
    copy_file(from, fd, limit);
    must(::fcntl(fd.get(), F_ADD_SEALS, all_seals), "seal memfd");
    return fd;
}

bool is_sealed(const Fd &fd) {
    constexpr int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    const int seals = ::fcntl(fd.get(), F_GET_SEALS);
    return seals >= 0 && (seals & needed) == needed;
}

void ensure_directory(const std::string &path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) == 0) {
        must(::chmod(path.c_str(), mode), "chmod new directory"); // what the umask took away
        return;
    }
    const int error = errno;
    struct stat info {};
    if (error != EEXIST)
        breakage_of("make directory", path.c_str(), error);
    must(::stat(path.c_str(), &info), "stat directory");
    if (!S_ISDIR(info.st_mode))
        breakage_of("make directory", path.c_str(), ENOTDIR);
}

} // namespace frank::sys
