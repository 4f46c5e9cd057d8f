// Where emulators lie on this machine. frank-launcher uses nothing else, whoever asks.
#pragma once

#include "daemon/plan/arch.hpp"

#include <string>
#include <vector>

namespace frank::plan {

/// An administrator's own: qemu-NAME there is preferred to the distribution's, qemu-NAME-ANYTHING lies beside
/// it to be chosen by its path.
inline constexpr const char *own_emulators = "/usr/local/lib/frankend/emulators";
inline constexpr const char *distribution_emulators = "/usr/bin";

/// In the order in which they are taken. One counts where it is root's, nobody else can change it, and it is
/// static.
inline std::vector<std::string> emulator_paths(Arch arch) {
    const std::string name = "/qemu-" + std::string(info(arch).qemu);
    return {own_emulators + name, distribution_emulators + name + "-static", distribution_emulators + name};
}

} // namespace frank::plan
