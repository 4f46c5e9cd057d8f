#include "daemon/plan/launch_request.hpp"

#include "daemon/plan/mount_plan.hpp"
#include "daemon/plan/session_name.hpp"
#include "daemon/plan/spawn_request.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>

namespace frank::plan {

namespace {

bool is_start(LaunchOp op) { return op == LaunchOp::start_session || op == LaunchOp::start_workshop; }

Result<void> check_ids(const LaunchRequest &request) {
    if (request.id_base < id_base_min || request.id_base > id_base_max ||
        request.id_base % id_range_size != 0)
        return refuse(Error::invalid_argument,
                      "a launch request has an id range outside the container range");
    return {};
}

Result<void> check_start(const LaunchRequest &request) {
    if (request.arch_count > request.arches.size())
        return refuse(Error::invalid_argument, "too many architectures in a launch request");
    for (std::size_t i = 0; i < request.arch_count; ++i)
        if (!is_known(request.arches[i]) || !info(request.arches[i]).may_be_emulated())
            return refuse(Error::invalid_argument,
                          "a launch request names an architecture that is not emulated");
    const auto end = request.arches.begin() + request.arch_count;
    if (request.emulator != Arch::none && std::find(request.arches.begin(), end, request.emulator) == end)
        return refuse(Error::invalid_argument,
                      "a launch request has an emulator for an architecture that it does not name");
    if (request.arch != Arch::none && !is_known(request.arch))
        return refuse(Error::invalid_argument, "a launch request for an unknown architecture");
    if (auto ids = check_ids(request); !ids)
        return ids;
    if (request.hostname.back() != '\0')
        return refuse(Error::invalid_argument, "a launch request has an endless host name");
    if (auto name = SessionName::parse(request.hostname.data()); !name)
        return tl::unexpected(name.error());
    return check(request.limits);
}

Result<void> check_table(std::uint64_t bits) {
    for (const Arch arch : arches_of_bits(bits))
        bits &= ~table_bit(arch);
    if (bits != 0)
        return refuse(Error::invalid_argument,
                      "a launch request registers an architecture that is not emulated");
    return {};
}

std::string_view doing(Rung rung) {
    switch (rung) {
    case Rung::none:
        return "do nothing";
    case Rung::request:
        return "reach frank-launcher or understand its request";
    case Rung::storage:
        return "use the stored tree";
    case Rung::open_tree:
        return "clone and idmap the tree";
    case Rung::emulator:
        return "use the emulator";
    case Rung::id_map:
        return "map user and group ids";
    case Rung::host_files:
        return "open this machine's";
    case Rung::namespaces:
        return "make namespaces";
    case Rung::mount_step:
        return "mount";
    case Rung::binfmt:
        return "register the emulator with binfmt_misc";
    case Rung::proc:
        return "mount /proc";
    case Rung::pivot:
        return "change the root";
    case Rung::session:
        return "fence the session";
    case Rung::exec_init:
        return "run frank-init";
    case Rung::network:
        return "give the session a network of its own";
    case Rung::host_table:
        return "have the entries of this machine's binfmt table in order:";
    case Rung::limits:
        return "limit the session's";
    }
    return "do something unknown";
}

Error error_of(const LaunchReply &reply) {
    if (reply.error == ENOSPC || reply.error == EDQUOT)
        return Error::no_space;
    switch (reply.rung) {
    case Rung::request:
        return Error::unavailable;
    case Rung::emulator:
        return Error::no_emulator;
    case Rung::mount_step:
        return reply.error == ELOOP || reply.error == ENOTDIR ? Error::bad_image : Error::launch_failed;
    default:
        return Error::launch_failed;
    }
}

std::string_view remedy(const LaunchReply &reply) {
    if (reply.rung == Rung::request && (reply.error == ENOENT || reply.error == ECONNREFUSED))
        return "; is frank-launcher.socket started?";
    if (reply.rung == Rung::emulator && reply.error == ENOENT)
        return "; install qemu-user-static (Debian 13: qemu-user)";
    if (reply.rung == Rung::emulator && reply.error == ELIBEXEC)
        return "; it is not static: install qemu-user-static";
    if (reply.rung == Rung::host_table && reply.error == ENODEV)
        return "; is the kernel module binfmt_misc there?";
    if (reply.rung == Rung::open_tree && reply.error == EINVAL)
        return "; its file system cannot be idmapped: put the tree on ext4, xfs or btrfs";
    if (reply.rung == Rung::network &&
        (reply.error == ENOENT || reply.error == ENODEV || reply.error == EPERM))
        return "; is the kernel's module tun loaded? Or set network = \"none\" in frankend.toml";
    if (reply.rung == Rung::limits)
        return limit_remedy(reply.error);
    if (reply.rung == Rung::storage && reply.error == EMLINK)
        return "; that many snapshots cannot lie one over the other: destroy some, or clone from an earlier "
               "one";
    if (reply.rung == Rung::storage && reply.error == ESTALE)
        return "; it was moved or replaced since it was given";
    if (reply.rung == Rung::mount_step && (reply.error == ELOOP || reply.error == ENOTDIR))
        return "; the image has a symbolic link where a directory must be";
    return "";
}

} // namespace

Result<void> check(const LaunchRequest &request) {
    if (request.magic != launch_magic || request.version != launch_version)
        return refuse(Error::invalid_argument, "a launch request of another version; restart frankend");
    if (request.op < LaunchOp::start_session || request.op > LaunchOp::make_layer)
        return refuse(Error::invalid_argument, "an unknown launch request");
    if (request.network > Network::user || request.disk_ids > DiskIds::owner || request.writable > 1)
        return refuse(Error::invalid_argument, "a launch request with an unknown choice");
    if (is_start(request.op))
        return check_start(request);
    if (request.op == LaunchOp::lend_directory || request.op == LaunchOp::lend_cache)
        return check_ids(request);
    if (request.op == LaunchOp::make_layer && request.base == request.instance)
        return refuse(Error::invalid_argument, "a launch request for a layer over itself");
    if (request.op == LaunchOp::host_table)
        return check_table(request.for_sessions | request.for_programs);
    return {};
}

bool is_native_32_bit(const LaunchRequest &request) {
    const auto *const end = request.arches.data() + request.arch_count;
    return is_known(request.arch) && info(request.arch).native && info(request.arch).elf_class == 1 &&
           std::find(request.arches.data(), end, request.arch) == end;
}

std::string_view to_text(TableKind kind) {
    return kind == TableKind::own ? "own" : kind == TableKind::host ? "host" : "";
}

std::vector<Arch> arches_of_bits(std::uint64_t bits) {
    std::vector<Arch> arches;
    for (const ArchInfo &arch : arch_table())
        if (arch.may_be_emulated() && (bits & table_bit(arch.arch)) != 0)
            arches.push_back(arch.arch);
    return arches;
}

Refusal to_refusal(const LaunchReply &reply, const LaunchRequest &request) {
    std::string text = "could not ";
    text += doing(reply.rung);
    const auto end = std::find(reply.detail.begin(), reply.detail.end(), '\0');
    const std::string detail =
        printable({reply.detail.data(), static_cast<std::size_t>(end - reply.detail.begin())}, 150);
    if (!detail.empty())
        text += " " + detail;
    else if (reply.rung == Rung::mount_step) {
        const MountPlan plan = mount_plan(request);
        if (reply.step < plan.size())
            text += " " + describe(plan[reply.step]);
    }
    text += ": " + std::generic_category().message(reply.error);
    text += remedy(reply);
    return Refusal{error_of(reply), std::move(text)};
}

} // namespace frank::plan
