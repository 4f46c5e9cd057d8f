// The files of one instance, and trees that lie one over the other.
#include "daemon/launcher/storage_files.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/syscalls.hpp"
#include "daemon/sys/file.hpp"

#include <climits>
#include <sstream>

namespace frank::launcher {

using plan::Rung;

namespace {

void make_directory(const sys::Fd &parent, const char *name, mode_t mode = 0755) {
    if (::mkdirat(parent.get(), name, mode) != 0 ||
        ::fchmodat(parent.get(), name, mode, 0) != 0 || // whatever our umask is
        ::fchownat(parent.get(), name, plan::foreign_id_base, plan::foreign_id_base, AT_SYMLINK_NOFOLLOW) !=
            0)
        fail(Rung::storage, "a new tree");
}

std::optional<plan::Instance> base_of(const sys::Fd &instance) {
    constexpr std::size_t most = 64;
    const auto text = sys::read_file(instance.get(), below_file, most);
    if (!text)
        return std::nullopt;
    const auto base = plan::instance_from_text(*text);
    if (!base)
        fail(Rung::storage, "what is remembered of a layer", EUCLEAN);
    return base;
}

} // namespace

struct stat status(int fd, const char *what) {
    struct stat st {};
    if (::fstat(fd, &st) != 0)
        fail(Rung::storage, what);
    return st;
}

sys::Fd open_instance(const sys::Fd &directory, const std::string &name) {
    sys::Fd instance(open_beneath(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
    if (!instance)
        fail(Rung::storage, "the instance");
    return instance;
}

sys::Fd open_adopted(const std::string &path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return sys::Fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

std::optional<std::string> read_source(const sys::Fd &instance) {
    return sys::read_file(instance.get(), "source", std::size_t{2} * PATH_MAX);
}

sys::Fd open_remembered(const std::string &source) {
    std::istringstream text(source);
    dev_t device = 0;
    ino_t inode = 0;
    std::string path;
    if (!(text >> device >> inode) || text.get() != '\n' || !std::getline(text, path))
        fail(Rung::storage, "what was remembered of the directory", EUCLEAN);
    sys::Fd tree = open_adopted(path);
    if (!tree)
        fail(Rung::storage, path);
    const struct stat now = status(tree.get(), path.c_str());
    if (now.st_dev != device || now.st_ino != inode)
        fail(Rung::storage, path, ESTALE);
    return tree;
}

void make_tree(const sys::Fd &instance) { make_directory(instance, "tree"); }

void Storage::make_layer(const plan::LaunchRequest &request) const {
    const Below root = open_below(request.base);
    plan::LaunchRequest of_base = request;
    of_base.instance = request.base;
    if (below(of_base).size() + 1 >= plan::max_layers)
        fail(Rung::storage, "more layers", EMLINK);
    const std::string name = instance_name(request);
    if (::mkdirat(directory_.get(), name.c_str(), 0700) != 0)
        fail(Rung::storage, "a new instance");
    const sys::Fd instance = open_instance(directory_, name);
    sys::write_file_atomically(instance.get(), below_file, plan::to_text(request.base));
    make_tree(instance);
    const sys::Fd tree(open_beneath(instance.get(), "tree", O_PATH | O_DIRECTORY));
    if (!tree)
        fail(Rung::storage, "a new tree");
    constexpr mode_t permissions = 07777;
    make_directory(tree, "root", status(root.tree.get(), "a layer").st_mode & permissions);
    make_directory(tree, "work");
}

Below Storage::open_below(const plan::Instance &id) const {
    const sys::Fd instance = open_instance(directory_, plan::to_text(id));
    if (const auto source = read_source(instance))
        return {open_remembered(*source), true};
    sys::Fd tree(
        open_beneath(instance.get(), base_of(instance) ? "tree/root" : "tree", O_PATH | O_DIRECTORY));
    if (!tree)
        fail(Rung::storage, "a layer");
    return {std::move(tree), false};
}

std::vector<Below> Storage::below(const plan::LaunchRequest &request) const {
    std::vector<Below> all;
    auto base = base_of(open_instance(directory_, instance_name(request)));
    while (base) {
        if (all.size() >= plan::max_layers)
            fail(Rung::storage, "more layers", EMLINK);
        all.push_back(open_below(*base));
        base = base_of(open_instance(directory_, plan::to_text(*base)));
    }
    return all;
}

} // namespace frank::launcher
