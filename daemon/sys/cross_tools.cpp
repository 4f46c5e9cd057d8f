#include "daemon/sys/cross_tools.hpp"

#include "daemon/plan/os_release.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>

namespace frank::sys {

bool this_machine_has(const std::string &suite, plan::Arch arch) {
    const Fd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::string triplet(plan::gnu_triplet(arch));
    if (!root || triplet.empty())
        return false;
    const auto text = read_file(root.get(), "etc/os-release", plan::max_os_release_bytes);
    if (!text || plan::debian_suite(*text) != suite)
        return false;
    return std::ranges::all_of(std::array{"gcc", "g++", "as", "ld", "ar"}, [&](const char *name) {
        return static_cast<bool>(
            Fd(open_in_root(root.get(), ("usr/bin/" + triplet + "-" + name).c_str(), O_PATH)));
    });
}

bool this_machine_has_llvm() {
    const Fd root(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto has = [&root](const std::string &path) {
        return static_cast<bool>(Fd(open_in_root(root.get(), path.substr(1).c_str(), O_PATH)));
    };
    const std::vector<std::string> paths = plan::llvm_paths(); // clang and lld in turn
    for (std::size_t i = 0; root && i + 1 < paths.size(); i += 2)
        if (has(paths[i]) && has(paths[i + 1]))
            return true;
    return false;
}

} // namespace frank::sys
