#include "daemon/tree/needs.hpp"

#include "daemon/plan/elf.hpp"
#include "daemon/plan/root_needs.hpp"
#include "daemon/tree/plain_file.hpp"
#include "daemon/tree/tree_directory.hpp"

namespace frank::tree {

namespace {

void look_at_loaders(int root, const char *path, std::size_t &loaders, plan::ArchSet &found) {
    const Directory directory = open_directory(root, path);
    if (!directory)
        return;
    const dirent *entry = nullptr;
    for (std::size_t entries = 0; entries < plan::max_directory_entries && loaders < plan::max_loaders &&
                                  (entry = ::readdir(directory.get())) != nullptr;
         ++entries) {
        if (!plan::is_loader_name(entry->d_name))
            continue;
        ++loaders;
        const sys::Fd file = open_plain_file(root, (std::string(path) + "/" + entry->d_name).c_str());
        const std::string head = read_head(file, plan::elf_ident_bytes);
        found.insert(plan::arch_of_loader(std::as_bytes(std::span(head))));
    }
}

} // namespace

plan::ArchSet find_needs(int root) {
    plan::ArchSet found = plan::arches_in_dpkg_list(
        read_head(open_plain_file(root, plan::dpkg_list), plan::max_dpkg_list_bytes));
    std::size_t loaders = 0;
    for (const char *directory : plan::loader_directories)
        look_at_loaders(root, directory, loaders, found);
    return found;
}

} // namespace frank::tree
