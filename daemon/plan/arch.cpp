#include "daemon/plan/arch.hpp"

#include <algorithm>
#include <stdexcept>

namespace frank::plan {

const ArchInfo &info(Arch arch) {
    const auto found = std::ranges::find(arch_table(), arch, &ArchInfo::arch);
    if (found == arch_table().end())
        throw std::logic_error("no such architecture");
    return *found;
}

std::optional<Arch> arch_by_debian_name(std::string_view name) {
    const auto found = std::ranges::find(arch_table(), name, &ArchInfo::debian);
    if (found == arch_table().end())
        return std::nullopt;
    return found->arch;
}

std::vector<Arch> arches_by_name(std::string_view name) {
    if (const auto arch = arch_by_debian_name(name))
        return {*arch};
    std::vector<Arch> found;
    for (const ArchInfo &entry : arch_table())
        if (!name.empty() &&
            (name == entry.qemu || name == entry.uname || name == entry.gentoo || name == entry.go))
            found.push_back(entry.arch);
    return found;
}

bool is_known(Arch arch) {
    return std::ranges::find(arch_table(), arch, &ArchInfo::arch) != arch_table().end();
}

} // namespace frank::plan
