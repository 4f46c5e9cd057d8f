#include "daemon/verify/tree_compare.hpp"

#include "daemon/plan/elf_compare.hpp"
#include "daemon/sys/fd.hpp"

#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/mman.h>
#include <sys/stat.h>

namespace frank::verify {

namespace {

namespace fs = std::filesystem;
using sys::must;

/// A regular file's bytes, mapped.
class FileView {
  public:
    explicit FileView(const std::string &path) {
        const sys::Fd file(must(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW), path.c_str()));
        struct stat status {};
        must(::fstat(file.get(), &status), path.c_str());
        size_ = static_cast<std::size_t>(status.st_size);
        if (size_ == 0)
            return;
        map_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (map_ == MAP_FAILED)
            sys::breakage(path);
    }
    FileView(const FileView &) = delete;
    FileView &operator=(const FileView &) = delete;
    ~FileView() {
        if (size_ > 0)
            (void)::munmap(map_, size_);
    }
    std::span<const std::byte> bytes() const { return {static_cast<const std::byte *>(map_), size_}; }

  private:
    void *map_ = nullptr;
    std::size_t size_ = 0;
};

struct Pair {
    std::string a, b, name;
};

class TreeComparison {
  public:
    explicit TreeComparison(TreeRules rules) : rules_(rules) {}

    void compare(const Pair &pair) {
        struct stat a {};
        struct stat b {};
        must(::lstat(pair.a.c_str(), &a), pair.a.c_str());
        must(::lstat(pair.b.c_str(), &b), pair.b.c_str());
        if ((a.st_mode & S_IFMT) != (b.st_mode & S_IFMT))
            return say(pair, "the kind of file differs");
        if (a.st_mode != b.st_mode)
            say(pair, "the rights differ");
        if (a.st_uid != b.st_uid || a.st_gid != b.st_gid)
            say(pair, "the owner differs");
        if (rules_.times_before && a.st_mtime != b.st_mtime &&
            (a.st_mtime < *rules_.times_before || b.st_mtime < *rules_.times_before))
            say(pair, "the time differs");
        if (S_ISDIR(a.st_mode))
            compare_directories(pair);
        else if (a.st_nlink != b.st_nlink)
            say(pair, "the number of names differs");
        else if (S_ISLNK(a.st_mode) && fs::read_symlink(pair.a) != fs::read_symlink(pair.b))
            say(pair, "points elsewhere");
        else if (S_ISREG(a.st_mode) && (rules_.clocked.empty() || pair.name != rules_.clocked))
            for (const std::string &what :
                 plan::compare_files(FileView(pair.a).bytes(), FileView(pair.b).bytes()))
                say(pair, what);
    }

    std::vector<std::string> take() { return std::move(found_); }

  private:
    void say(const Pair &pair, const std::string &what) {
        found_.push_back(pair.name.empty() ? what : pair.name + ": " + what);
    }

    static std::set<std::string> names_in(const std::string &directory) {
        std::set<std::string> names;
        for (const fs::directory_entry &entry : fs::directory_iterator(directory))
            names.insert(entry.path().filename());
        return names;
    }

    void compare_directories(const Pair &pair) {
        const std::set<std::string> a = names_in(pair.a), b = names_in(pair.b);
        std::set<std::string> names = a;
        names.insert(b.begin(), b.end());
        for (const std::string &name : names) {
            const Pair inner{pair.a + "/" + name, pair.b + "/" + name,
                             pair.name.empty() ? name : pair.name + "/" + name};
            if (!a.contains(name) || !b.contains(name))
                say(inner,
                    "only " + std::string(a.contains(name) ? rules_.first : rules_.second) + " has it");
            else
                compare(inner);
        }
    }

    TreeRules rules_;
    std::vector<std::string> found_;
};

} // namespace

std::vector<std::string> compare_trees(const std::string &a, const std::string &b, TreeRules rules) {
    TreeComparison comparison(rules);
    comparison.compare({a, b, ""});
    return comparison.take();
}

} // namespace frank::verify
