#include "daemon/session/launch_requests.hpp"

#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/session/board_choice.hpp"

#include <algorithm>
#include <cstring>

namespace frank::session {

namespace {

constexpr std::size_t most_arches = plan::LaunchRequest{}.arches.size();

bool may_be_emulated(plan::Arch arch) {
    return arch != plan::Arch::none && plan::info(arch).may_be_emulated();
}

/// All that a session of it could run, its own first.
std::vector<plan::Arch> runnable(const plan::SessionSettings &settings,
                                 std::span<const plan::Arch> with_emulator) {
    // What this machine runs by itself is in `with_emulator` only where it does not.
    const auto emulated = [&](plan::Arch arch) {
        return may_be_emulated(arch) &&
               (!plan::info(arch).native || std::ranges::find(with_emulator, arch) != with_emulator.end());
    };
    std::vector<plan::Arch> arches;
    if (emulated(settings.arch))
        arches.push_back(settings.arch);
    for (const plan::ArchInfo &entry : plan::arch_table()) {
        const auto same = [&](plan::Arch arch) { return plan::info(arch).qemu == entry.qemu; };
        if (settings.extra_arches.contains(entry.arch) && entry.arch != settings.arch &&
            emulated(entry.arch) && std::ranges::any_of(with_emulator, same))
            arches.push_back(entry.arch);
    }
    return arches;
}

} // namespace

plan::LaunchRequest request_for(plan::LaunchOp op, const plan::SessionSettings &settings,
                                plan::Network network) {
    plan::LaunchRequest request;
    request.op = op;
    request.network = network;
    request.disk_ids = settings.disk_ids;
    request.instance = settings.instance;
    request.id_base = settings.id_base;
    request.owner_uid = settings.owner;
    if (op == plan::LaunchOp::start_session) {
        request.arch = settings.arch;
        request.limits = settings.limits;
    }
    const std::string name = settings.name.base(); // at most 32 bytes: the array keeps a NUL at its end
    std::memcpy(request.hostname.data(), name.data(), std::min(name.size(), request.hostname.size() - 1));
    return request;
}

void add_arches(plan::LaunchRequest &request, std::span<const plan::Arch> arches) {
    for (const plan::Arch arch : arches)
        if (may_be_emulated(arch) && request.arch_count < request.arches.size())
            request.arches[request.arch_count++] = arch;
}

std::vector<plan::Arch> arches_of(const plan::SessionSettings &settings,
                                  std::span<const plan::Arch> with_emulator) {
    std::vector<plan::Arch> arches = runnable(settings, with_emulator);
    arches.resize(std::min(arches.size(), most_arches));
    return arches;
}

std::vector<plan::Arch> left_out_arches(const plan::SessionSettings &settings,
                                        std::span<const plan::Arch> with_emulator) {
    std::vector<plan::Arch> arches = runnable(settings, with_emulator);
    arches.erase(arches.begin(),
                 arches.begin() + static_cast<std::ptrdiff_t>(std::min(arches.size(), most_arches)));
    return arches;
}

std::vector<std::byte> session_exec_table(const plan::SessionSettings &settings,
                                          std::span<const plan::Arch> arches, const plan::Boards &boards,
                                          std::string_view emulator, plan::Watch watch,
                                          std::vector<plan::RouteEntry> routes) {
    std::vector<plan::EmulatorEntry> entries;
    for (const plan::Arch arch : arches) {
        const std::string path = plan::emulator_path_in_session(arch);
        const bool other = !emulator.empty() && path == plan::emulator_path_in_session(settings.arch);
        entries.push_back({arch, other ? std::string(emulator) : path, {}});
        if (const std::string cpu = cpu_of(boards, settings, arch); !cpu.empty())
            entries.back().options = {"-cpu", cpu};
    }
    return plan::build_exec_table(entries, std::move(routes), watch);
}

std::vector<std::byte> workshop_exec_table(std::span<const plan::Arch> arches) {
    std::vector<plan::EmulatorEntry> entries;
    for (const plan::Arch arch : arches)
        if (may_be_emulated(arch))
            entries.push_back({arch, plan::emulator_path_in_session(arch), {}});
    return plan::build_exec_table(entries, {});
}

} // namespace frank::session
