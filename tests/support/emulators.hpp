// The emulators of this machine's distribution, by the name that it gives them: Debian 13's have no -static
// any more.
#pragma once

#include "daemon/plan/emulator_paths.hpp"

#include <string>
#include <unistd.h>

namespace frank::test {

/// Its path; empty where it is not installed.
inline std::string emulator_of(plan::Arch arch) {
    const std::string plain =
        std::string(plan::distribution_emulators) + "/qemu-" + std::string(plan::info(arch).qemu);
    for (const std::string &path : {plain + "-static", plain})
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    return {};
}

} // namespace frank::test
