#include "daemon/launcher/emulator.hpp"

#include "daemon/launcher/failure.hpp"
#include "daemon/plan/emulator_paths.hpp"
#include "daemon/sys/fd.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace frank::launcher {

namespace {

bool only_root_can_change(const struct stat &st) { return st.st_uid == 0 && (st.st_mode & 022) == 0; }

/// A dynamic program would look for its loader in the foreign root. The kernel goes by PT_INTERP, and so do
/// we.
bool has_interpreter(int fd) {
    Elf64_Ehdr head{};
    if (::pread(fd, &head, sizeof head, 0) != sizeof head || head.e_phentsize != sizeof(Elf64_Phdr))
        return true;
    for (unsigned i = 0; i < head.e_phnum; ++i) {
        Elf64_Phdr segment{};
        const auto at = static_cast<off_t>(head.e_phoff + i * sizeof segment);
        if (::pread(fd, &segment, sizeof segment, at) != sizeof segment || segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

} // namespace

std::string find_emulator(plan::Arch arch) {
    const std::string name = "qemu-" + std::string(plan::info(arch).qemu);
    int why = ENOENT;
    for (const std::string &path : plan::emulator_paths(arch)) {
        const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat st {};
        if (!file || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        if (!only_root_can_change(st))
            why = EPERM;
        else if (has_interpreter(file.get()))
            why = ELIBEXEC;
        else
            return path;
    }
    fail(plan::Rung::emulator, name, why);
}

} // namespace frank::launcher
