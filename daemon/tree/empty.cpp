#include "daemon/tree/empty.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/tree_root.hpp"

#include <cstdint>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <vector>

namespace frank::tree {

using plan::refuse;
using plan::Result;

namespace {

/// Directories open at a time. What lies deeper is first moved up to the root of the tree.
constexpr std::size_t max_open = 64;

struct CloseDirectory {
    void operator()(DIR *directory) const { (void)::closedir(directory); }
};

struct Level {
    std::unique_ptr<DIR, CloseDirectory> directory;
    std::string name; ///< in the level above
    int fd() const { return ::dirfd(directory.get()); }
};

class Emptier {
  public:
    Emptier(int root, Reporter &reporter) : root_(root), reporter_(reporter) {}

    Result<void> run() {
        // Again for as long as there was something: it may have been moved up meanwhile.
        for (bool found = true; found;) {
            const std::uint64_t before = changes_;
            enter(sys::must(::openat(root_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the tree"), ".");
            while (!levels_.empty())
                if (auto done = step(); !done)
                    return done;
            found = changes_ != before;
        }
        reporter_.progress("files", deleted_, 0);
        reporter_.flush();
        return {};
    }

  private:
    void enter(int fd, std::string name) {
        sys::Fd owned(fd);
        std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(owned.get()));
        if (!directory)
            sys::breakage("read a directory");
        (void)owned.release();
        levels_.push_back({std::move(directory), std::move(name)});
    }

    /// One entry of the deepest level, or the end of that level.
    Result<void> step() {
        errno = 0;
        const dirent *entry = ::readdir(levels_.back().directory.get());
        if (entry == nullptr) {
            if (errno != 0)
                sys::breakage("read a directory");
            return leave();
        }
        const std::string name = entry->d_name;
        if (name == "." || name == "..")
            return {};
        if (is_directory(*entry))
            return descend(name);
        return remove(levels_.back().fd(), name, 0);
    }

    bool is_directory(const dirent &entry) const {
        if (entry.d_type != DT_UNKNOWN)
            return entry.d_type == DT_DIR;
        struct stat info {};
        sys::must(::fstatat(levels_.back().fd(), entry.d_name, &info, AT_SYMLINK_NOFOLLOW), "stat an entry");
        return S_ISDIR(info.st_mode);
    }

    Result<void> descend(const std::string &name) {
        // open_beneath() gives EXDEV at a mount point, a bind mount of the same file system too.
        const int fd = open_beneath(levels_.back().fd(), name.c_str(), O_RDONLY | O_DIRECTORY);
        if (fd < 0)
            return errno == EXDEV ? mounted(name) : broken("open", name);
        sys::Fd owned(fd);
        if (levels_.size() < max_open) {
            enter(owned.release(), name);
            return {};
        }
        return move_up(name);
    }

    Result<void> move_up(const std::string &name) {
        for (;;) {
            const std::string fresh = ".frank-empty-" + std::to_string(moved_++);
            if (::renameat2(levels_.back().fd(), name.c_str(), root_, fresh.c_str(), RENAME_NOREPLACE) == 0) {
                ++changes_;
                return {};
            }
            if (errno != EEXIST)
                return errno == EBUSY ? mounted(name) : broken("move", name);
        }
    }

    Result<void> leave() {
        const Level done = std::move(levels_.back());
        levels_.pop_back();
        if (levels_.empty())
            return {};
        return remove(levels_.back().fd(), done.name, AT_REMOVEDIR);
    }

    Result<void> remove(int directory, const std::string &name, int flags) {
        if (::unlinkat(directory, name.c_str(), flags) == 0) {
            ++changes_;
            reporter_.progress("files", ++deleted_, 0);
            return {};
        }
        // Some file systems skip entries while others are deleted: the whole tree is read once more.
        if (flags == AT_REMOVEDIR && errno == ENOTEMPTY && ++retries_ < max_retries) {
            ++changes_;
            return {};
        }
        return errno == EBUSY ? mounted(name) : broken("delete", name);
    }

    std::string path_of(const std::string &name) const {
        std::string path;
        for (std::size_t i = 1; i < levels_.size(); ++i)
            path += "/" + levels_[i].name;
        return plan::printable(path + "/" + name, 300);
    }

    Result<void> mounted(const std::string &name) const {
        return refuse(Error::busy, path_of(name) + " is a mount point: unmount it first");
    }

    [[noreturn]] Result<void> broken(const char *verb, const std::string &name) const {
        sys::breakage(std::string(verb) + " " + path_of(name));
    }

    static constexpr std::uint64_t max_retries = 100;

    int root_;
    Reporter &reporter_;
    std::vector<Level> levels_{};
    std::uint64_t changes_ = 0;
    std::uint64_t deleted_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t retries_ = 0;
};

} // namespace

Result<void> empty(const std::string &directory, Reporter &reporter) {
    const auto root = open_tree_root(directory);
    if (!root)
        return tl::unexpected(root.error());
    return Emptier(root->get(), reporter).run();
}

} // namespace frank::tree
