// What can be seen of this machine without privilege, one subject each; every failure says what to do.
#pragma once

#include "daemon/session/machine.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::session {

Finding ok(std::string check, std::string seen);
Finding warning(std::string check, std::string seen, std::string remedy);
Finding failure(std::string check, std::string seen, std::string remedy);

/// findings_kernel.cpp: its release, user namespaces, Landlock. What a sandboxed service cannot see is left
/// out.
std::vector<Finding> kernel_findings();
/// What 32-bit programs need of memory: the kernel's lowest address, and its policy of promising memory.
std::vector<Finding> memory_findings(std::uint64_t lowest_address, std::uint64_t overcommit);
Finding user_namespaces_finding(std::uint64_t limit);
Finding landlock_finding(int version);

/// findings_binfmt.cpp: this machine's own table. Entries with flag C are a hole: with them any setuid file
/// of a foreign root is root's here.
std::vector<Finding> binfmt_findings(const std::string &directory);
/// The flags of an entry of binfmt_misc, by its text.
std::string_view binfmt_flags(std::string_view entry);

/// findings_storage.cpp
Finding storage_finding(const std::string &directory);
Finding free_space_finding(const std::string &directory, std::uint64_t free_bytes);
Finding launcher_finding(const plan::LaunchReply &reply, const plan::LaunchRequest &request);

/// findings_emulators.cpp
struct EmulatorFile {
    plan::Arch arch;
    std::string name; ///< "qemu-aarch64"
    std::string path; ///< empty: there is none
    bool is_static = false;
};
/// One for each emulator that the table of architectures names. A static one is preferred.
std::vector<EmulatorFile> find_emulators(const std::string &directory);
/// Whether an ELF program needs no loader: only such a one runs inside a foreign root. `head`: its first
/// bytes.
bool is_static_elf(std::span<const std::byte> head);
/// What is wrong with the files themselves; nothing where all is well.
std::vector<Finding> emulator_file_findings(std::span<const EmulatorFile> emulators);
/// What running it showed. `version`: the first line of --version; `probe`: how the built-in program of that
/// architecture ended, as an exit status; -1: it was not run.
Finding emulator_run_finding(const EmulatorFile &emulator, std::string_view version, int probe);

} // namespace frank::session
