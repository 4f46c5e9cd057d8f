#include "daemon/plan/mount_plan.hpp"

#include "daemon/plan/binfmt.hpp"
#include "daemon/plan/exec_table_builder.hpp"

#include <algorithm>
#include <cstdio>

namespace frank::plan {

namespace {

using enum StepKind;

std::string octal(unsigned mode) {
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

/// A native root is of this machine.
bool has_board(const LaunchRequest &request) {
    return request.op == LaunchOp::start_session && request.arch_count > 0;
}

/// A small /dev of our own: nothing of the image's, and only nodes that every user may have.
void add_dev(MountPlan &plan) {
    plan.push_back({tmpfs, "dev", "", 0755});
    for (const char *node : {"null", "zero", "full", "random", "urandom", "tty"})
        plan.push_back({device, std::string("dev/") + node, std::string("/dev/") + node});
    plan.push_back({directory, "dev/pts", "", 0755});
    plan.push_back({devpts, "dev/pts"});
    plan.push_back({link, "dev/ptmx", "pts/ptmx"});
    plan.push_back({directory, "dev/shm", "", 01777});
    plan.push_back({tmpfs, "dev/shm", "", 01777});
    plan.push_back({link, "dev/fd", "/proc/self/fd"});
    plan.push_back({link, "dev/stdin", "/proc/self/fd/0"});
    plan.push_back({link, "dev/stdout", "/proc/self/fd/1"});
    plan.push_back({link, "dev/stderr", "/proc/self/fd/2"});
}

/// Two architectures may share one emulator.
bool is_given(const LaunchRequest &request, const std::string &path) {
    return request.emulator != Arch::none && emulator_path_in_session(request.emulator).substr(1) == path;
}

/// What frank-exec needs, read-only. A mount of its own, so that sealing it leaves /run writable.
void add_run(MountPlan &plan, const LaunchRequest &request) {
    plan.push_back({tmpfs, "tmp", "", 01777});
    plan.push_back({tmpfs, "run", "", 0755});
    plan.push_back({directory, "run/lock", "", 01777});
    plan.push_back({directory, "run/frankend", "", 0755});
    plan.push_back({tmpfs, "run/frankend", "", 0755});
    for (std::size_t i = 0; i < request.arch_count; ++i) {
        const std::string path = emulator_path_in_session(request.arches[i]).substr(1);
        const bool again =
            std::any_of(plan.begin(), plan.end(), [&](const MountStep &s) { return s.target == path; });
        if (!again)
            plan.push_back({emulator, path, is_given(request, path) ? "given" : "", 0, request.arches[i]});
    }
    plan.push_back({exec_table, "run/frankend/exec-table"});
    if (request.op == LaunchOp::start_session)
        // Where frank-init puts a table for one job alone, one that replaces the session's, native twins and
        // a compiler cache.
        for (const char *name :
             {"run/frankend/job", "run/frankend/accel", "run/frankend/native", "run/frankend/ccache"})
            plan.push_back({directory, name, "", 0755});
}

/// What the session sees of its board. /sys is ours where the kernel gives no sysfs, so that /sys/firmware is
/// there.
void add_board(MountPlan &plan) {
    plan.push_back({directory, "run/frankend/board", "", 0755});
    plan.push_back({board_file, "run/frankend/board/cpuinfo", board_sources[0]});
    std::string path = "run/frankend/board";
    for (const char *name : {"firmware", "devicetree", "base"}) {
        path += std::string("/") + name;
        plan.push_back({directory, path, "", 0755});
    }
    plan.push_back({board_file, path + "/model", board_sources[1]});
    plan.push_back({board_file, path + "/compatible", board_sources[2]});
    plan.push_back({tmpfs, "sys", "", 0755});
    plan.push_back({directory, "sys/firmware", "", 0755});
    plan.push_back({seal, "sys"});
}

/// The last file in it, and the seal; and where names are resolved.
void seal_run(MountPlan &plan, const LaunchRequest &request) {
    if (request.network == Network::user)
        plan.push_back({resolver, "etc/resolv.conf", "run/frankend/resolv.conf"});
    plan.push_back({seal, "run/frankend"});
    if (request.network != Network::user)
        plan.push_back({host_file, "etc/resolv.conf", "/etc/resolv.conf"});
}

/// After the mounts, since procfs must be of the session's own pid namespace, which is made last.
void add_kernel(MountPlan &plan, const LaunchRequest &request) {
    plan.push_back({proc, "proc"});
    if (is_own(request.network))
        plan.push_back({sysfs, "sys"});
    plan.push_back({binfmt, "proc/sys/fs/binfmt_misc"});
    for (const char *file :
         {"kallsyms", "kcore", "keys", "latency_stats", "timer_list", "sched_debug", "sysrq-trigger"})
        plan.push_back({mask, std::string("proc/") + file});
    if (has_board(request)) {
        plan.push_back({board_view, "proc/cpuinfo", "run/frankend/board/cpuinfo"});
        plan.push_back({board_view, "sys/firmware", "run/frankend/board/firmware"});
    }
}

MountPlan session_plan(const LaunchRequest &request) {
    MountPlan plan;
    plan.push_back({tree, ""});
    add_dev(plan);
    add_run(plan, request);
    if (has_board(request))
        add_board(plan);
    plan.push_back({hosts, "etc/hosts", "run/frankend/hosts"});
    seal_run(plan, request);
    plan.push_back({host_file, "etc/localtime", "/etc/localtime"});
    add_kernel(plan, request);
    return plan;
}

/// A throw-away session for work on a tree that nobody trusts: its root is this machine's tools, its /target
/// the tree.
MountPlan workshop_plan(const LaunchRequest &request) {
    MountPlan plan;
    plan.push_back({tmpfs, "", "", 0755});
    for (const char *name : {"dev", "proc", "sys", "run", "usr", "etc", "var", "frank", "target"})
        plan.push_back({directory, name, "", 0755});
    plan.push_back({directory, "tmp", "", 01777});
    plan.push_back({directory, "root", "", 0700});
    for (const char *name : {"bin", "sbin", "lib", "lib32", "lib64", "usr", "etc"})
        plan.push_back({host_tree, name, std::string("/") + name});
    plan.push_back({directory, "var/tmp", "", 01777});
    plan.push_back({directory, "var/lib", "", 0755});
    plan.push_back({directory, "var/cache", "", 0755});
    plan.push_back({tools, "frank"});
    if (request.instance != no_instance)
        plan.push_back({tree, "target"});
    add_dev(plan);
    add_run(plan, request);
    seal_run(plan, request);
    add_kernel(plan, request);
    return plan;
}

std::string describe(Network network) {
    switch (network) {
    case Network::none:
        return ", network (loopback alone)";
    case Network::user:
        return ", network (and frank-net as its way out)";
    case Network::host:
        break;
    }
    return "; network: the host's";
}

} // namespace

MountPlan mount_plan(const LaunchRequest &request) {
    return request.op == LaunchOp::start_workshop ? workshop_plan(request) : session_plan(request);
}

std::string describe(const MountStep &step) {
    const std::string at = "/" + step.target;
    switch (step.kind) {
    case tree:
        return "the tree on " + at + " (nodev, idmapped)";
    case tmpfs:
        return "tmpfs on " + at + " (mode " + octal(step.mode) + ", nosuid, nodev)";
    case devpts:
        return "a devpts of its own on " + at;
    case device:
        return "device " + step.source + " on " + at;
    case host_file:
        return "this machine's " + step.source + " on " + at + " (read-only)";
    case host_tree:
        return "this machine's " + step.source + " on " + at + " (read-only, nosuid, nodev)";
    case tools:
        return "frankend's tools on " + at + " (read-only)";
    case directory:
        return "directory " + at + " (mode " + octal(step.mode) + ")";
    case link:
        return "link " + at + " -> " + step.source;
    case emulator:
        return (step.source.empty() ? "emulator qemu-" : "the given emulator as qemu-") +
               std::string(info(step.arch).qemu) + " on " + at + " (read-only)";
    case exec_table:
        return "exec table at " + at;
    case board_file:
        return "the board's " + step.source + " at " + at + " (where it has one)";
    case hosts:
        return "this machine's hosts and the session's name on " + at + " (read-only)";
    case resolver:
        return "a resolv.conf that names frank-net on " + at + " (read-only)";
    case seal:
        return at + " read-only from here";
    case proc:
        return "proc of the session's own processes on " + at;
    case sysfs:
        return "sysfs on " + at + " (read-only, where the kernel allows)";
    case binfmt:
        return "a binfmt_misc of its own on " + at;
    case mask:
        return "nothing on " + at;
    case board_view:
        return "the board's /" + step.source + " on " + at + " (read-only)";
    }
    return "unknown step";
}

std::vector<std::string> describe_start(const LaunchRequest &request) {
    std::vector<std::string> lines;
    lines.push_back("user namespace: ids 0-65535 are " + std::to_string(request.id_base) + "-" +
                    std::to_string(request.id_base + id_range_size - 1) +
                    " outside; no further user namespaces");
    lines.push_back("namespaces: user, mount, pid, ipc, uts" + describe(request.network));
    for (const MountStep &step : mount_plan(request))
        lines.push_back(describe(step));
    for (std::size_t i = 0; i < request.arch_count; ++i)
        lines.push_back("binfmt_misc entry " + entry_name(request.arches[i]) +
                        ", flags PFC, interpreter frank-exec");
    if (is_native_32_bit(request))
        lines.emplace_back("programs see a 32-bit machine");
    lines.emplace_back("run frank-init as the session's first process");
    return lines;
}

} // namespace frank::plan
