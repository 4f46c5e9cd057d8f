// What a session's file system is made of, step by step, as plain data. `--dry-run` shows it; frank-launcher
// computes the same list itself and carries it out. Every target is relative to the new root.
#pragma once

#include "daemon/plan/board_files.hpp"
#include "daemon/plan/launch_request.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace frank::plan {

enum class StepKind : std::uint8_t {
    tree,       ///< the instance's tree, nodev and idmapped; target "" is the root itself
    tmpfs,      ///< a fresh tmpfs, nosuid and nodev; target "" is the root itself
    devpts,     ///< a fresh devpts instance
    device,     ///< this machine's device node `source`, its numbers checked
    host_file,  ///< this machine's file `source`, bound read-only over whatever is there, a symbolic link too
    host_tree,  ///< this machine's directory `source`, read-only; where it is a symbolic link, the same link
    tools,      ///< the directory of frank-tree, read-only
    directory,  ///< make a directory in one of our own tmpfs
    link,       ///< make a symbolic link to `source` in one of our own tmpfs
    emulator,   ///< the emulator of `arch`, bound read-only; source "given": written from what came along
    exec_table, ///< the exec table, copied
    board_file, ///< the text `source` of the session's board, copied; none where the board has none
    hosts,      ///< this machine's hosts file and the session's own name, at `source`, bound over target
    resolver,   ///< a resolv.conf that names frank-net, at `source`, bound over target
    seal,       ///< make the mount at target read-only
    proc,       ///< procfs of the session's own pid namespace
    sysfs,      ///< sysfs of the session's own network namespace, read-only, where the kernel lets it
    binfmt,     ///< the session's own binfmt_misc
    mask,       ///< /dev/null over a file of /proc, where it exists
    board_view, ///< what the board says, at `source`, over the kernel's own at target
};

struct MountStep {
    StepKind kind;
    std::string target; ///< relative to the new root, no leading '/'
    std::string source{};
    unsigned mode = 0; ///< of a tmpfs' root or a directory
    Arch arch = Arch::none;

    bool operator==(const MountStep &) const = default;
};

using MountPlan = std::vector<MountStep>;

/// Pure: the same request gives the same plan.
MountPlan mount_plan(const LaunchRequest &request);
/// "tmpfs on /dev (mode 0755)". Never empty.
std::string describe(const MountStep &step);
/// The whole start as --dry-run shows it: namespaces, ids, the mounts, the registrations, a line each.
std::vector<std::string> describe_start(const LaunchRequest &request);

/// Where things are inside a session.
inline constexpr const char *run_directory = "/run/frankend";
/// `source` of a board_file, in the order of BoardTexts.
inline constexpr std::array<const char *, board_file_count> board_sources{"cpuinfo", "model", "compatible"};
inline constexpr const char *exec_table_path = "/run/frankend/exec-table";

} // namespace frank::plan
