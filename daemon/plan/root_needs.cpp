#include "daemon/plan/root_needs.hpp"

#include "daemon/plan/elf.hpp"

namespace frank::plan {

namespace {

Arch by_debian_name(std::string_view name) {
    for (const ArchInfo &entry : arch_table())
        if (entry.debian == name)
            return entry.arch;
    return Arch::none;
}

} // namespace

ArchSet arches_in_dpkg_list(std::string_view text) {
    ArchSet found;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            break;                                        // cut off by whoever read it, or torn
        found.insert(by_debian_name({text.data(), end})); // not substr(), which can throw
        text.remove_prefix(end + 1);
    }
    return found;
}

bool is_loader_name(std::string_view name) {
    for (const std::string_view start : {"ld-linux", "ld-musl-", "ld64.so.", "ld.so."}) // glibc's and musl's
        if (name.starts_with(start))
            return true;
    return false;
}

Arch arch_of_loader(std::span<const std::byte> head) {
    constexpr std::uint16_t shared_object = 3; // ET_DYN
    const auto ident = parse_elf(head);
    if (!ident || ident->type != shared_object)
        return Arch::none;
    return arch_of(*ident).value_or(Arch::none);
}

} // namespace frank::plan
