#include "daemon/guest/init_needs.hpp"

#include "daemon/guest/init_directory.hpp"
#include "daemon/plan/elf.hpp"
#include "daemon/plan/root_needs.hpp"

#include <sys/stat.h>

namespace frank::guest {

namespace {

/// The first bytes of a plain file; it may be a fifo, which is not waited for.
std::size_t read_head(int directory, const char *name, std::span<std::byte> bytes) {
    const Fd file(::openat(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode))
        return 0;
    const ssize_t got = ::pread(file.get(), bytes.data(), bytes.size(), 0);
    return got < 0 ? 0 : static_cast<std::size_t>(got);
}

struct Looked {
    std::size_t entries = 0;
    std::size_t loaders = 0;
    plan::ArchSet found;

    bool enough() const { return entries >= plan::max_directory_entries || loaders >= plan::max_loaders; }
};

void look_at_entry(int directory, const char *name, Looked &looked) {
    ++looked.entries;
    if (looked.enough() || !plan::is_loader_name(name))
        return;
    ++looked.loaders;
    std::byte head[plan::elf_ident_bytes];
    const std::size_t got = read_head(directory, name, head);
    looked.found.insert(plan::arch_of_loader(std::span<const std::byte>(head).first(got)));
}

void look_at_directory(const char *path, Looked &looked) {
    const Fd directory(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        return;
    for_each_entry(directory.get(), ".", [&](const DirectoryEntry &entry) {
        look_at_entry(directory.get(), entry.name, looked);
        return !looked.enough();
    });
}

} // namespace

plan::ArchSet find_needs() {
    std::byte list[plan::max_dpkg_list_bytes];
    const std::size_t bytes = read_head(AT_FDCWD, plan::dpkg_list, list);
    Looked looked;
    looked.found = plan::arches_in_dpkg_list({reinterpret_cast<const char *>(list), bytes});
    for (const char *path : plan::loader_directories)
        look_at_directory(path, looked);
    return looked.found;
}

} // namespace frank::guest
