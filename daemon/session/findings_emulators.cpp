#include "daemon/session/findings.hpp"

#include "daemon/plan/probe_elf.hpp"
#include "daemon/plan/spawn_request.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <filesystem>

namespace frank::session {

namespace {

constexpr const char *install = "apt-get install qemu-user-static (Debian 13: qemu-user)";
constexpr std::size_t max_version = 80;

/// Enough for the program headers of any linker's output, which follow the ELF header.
bool is_static_file(const sys::Fd &file) {
    std::array<std::byte, 4096> head{};
    const ssize_t got = ::pread(file.get(), head.data(), head.size(), 0);
    return got > 0 && is_static_elf(std::span(head).first(static_cast<std::size_t>(got)));
}

} // namespace

bool is_static_elf(std::span<const std::byte> head) {
    Elf64_Ehdr elf{};
    if (head.size() < sizeof elf)
        return false;
    std::memcpy(&elf, head.data(), sizeof elf);
    if (std::memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64 ||
        elf.e_phentsize != sizeof(Elf64_Phdr) || elf.e_phoff > head.size())
        return false;
    const auto segments = head.subspan(elf.e_phoff);
    if (segments.size() / sizeof(Elf64_Phdr) < elf.e_phnum)
        return false;
    for (std::size_t i = 0; i < elf.e_phnum; ++i) {
        Elf64_Phdr segment{};
        std::memcpy(&segment, segments.data() + i * sizeof segment, sizeof segment);
        if (segment.p_type == PT_INTERP)
            return false;
    }
    return true;
}

std::vector<EmulatorFile> find_emulators(const std::string &directory) {
    std::vector<EmulatorFile> found;
    for (const plan::ArchInfo &arch : plan::arch_table()) {
        const std::string name = "qemu-" + std::string(arch.qemu);
        if (arch.native || std::ranges::find(found, name, &EmulatorFile::name) != found.end())
            continue;
        EmulatorFile emulator{arch.arch, name, {}};
        const std::string plain = std::filesystem::path(directory) / name;
        for (const std::string &path : {plain + "-static", plain}) {
            const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
            const bool fits = file && is_static_file(file);
            if (!file || (!fits && !emulator.path.empty()))
                continue;
            emulator.path = path;
            emulator.is_static = fits;
            if (fits)
                break;
        }
        found.push_back(std::move(emulator));
    }
    return found;
}

std::vector<Finding> emulator_file_findings(std::span<const EmulatorFile> emulators) {
    std::vector<Finding> findings;
    std::string missing;
    std::size_t count = 0;
    for (const EmulatorFile &emulator : emulators) {
        if (!emulator.path.empty() && !emulator.is_static)
            findings.push_back(failure("emulator " + emulator.name,
                                       emulator.path + " is not static: it cannot run inside a foreign root",
                                       "apt-get install qemu-user-static"));
        if (!emulator.path.empty())
            continue;
        missing += (missing.empty() ? "" : ", ") + emulator.name;
        ++count;
    }
    if (count == emulators.size())
        findings.push_back(failure("emulators", "there is none", install));
    else if (count > 0)
        findings.push_back(warning("emulators", "missing: " + missing, install));
    return findings;
}

Finding emulator_run_finding(const EmulatorFile &emulator, std::string_view version, int probe) {
    const std::string check = "emulator " + emulator.name;
    if (version.empty())
        return failure(check, emulator.path + " does not tell its version within 5 seconds", install);
    const std::string seen = emulator.path + ", " + plan::printable(version, max_version);
    if (probe == plan::probe_status)
        return ok(check, seen + ", runs a " + std::string(plan::info(emulator.arch).debian) + " program");
    if (probe < 0)
        return ok(check, seen);
    return failure(check,
                   seen + ", but a " + std::string(plan::info(emulator.arch).debian) +
                       " program ended with status " + std::to_string(probe) + " in it",
                   install);
}

} // namespace frank::session
