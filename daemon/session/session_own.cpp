// Session: commands with an emulator or CPU model of their own, or with somebody who looks on.
#include "daemon/plan/emulator_version.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/session/acceleration.hpp"
#include "daemon/session/board_choice.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/session.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <fcntl.h>

namespace frank::session {

namespace {

sys::Fd copy_of(const sys::Fd &fd) {
    return sys::Fd(sys::must(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3), "copy descriptor"));
}

plan::Refusal nothing_emulated(const std::string &session, plan::Watch watch) {
    std::string text = "programs of session " + session + " run here by themselves: ";
    if (watch == plan::Watch::none)
        text += "leave --emulator and --cpu out";
    else
        text += std::string("use ") + (watch == plan::Watch::trace ? "strace" : "gdb") + " inside";
    return {Error::invalid_argument, std::move(text)};
}

} // namespace

void Session::try_own(SpawnOrder order) {
    const plan::SpawnRequest &request = order.request;
    if (context_.machine.runs(settings_.arch))
        return answer(std::move(order.done), tl::unexpected(nothing_emulated(name(), request.watch)));
    const std::string stamp = settings_.emulator.empty() ? context_.machine.emulator_of(settings_.arch).stamp
                                                         : std::string("given");
    plan::SessionSettings settings = settings_;
    if (!request.cpu.empty())
        settings.cpu = request.cpu;
    const std::string cpu = cpu_of(context_.catalogue.boards, settings, settings.arch);
    const std::string proof = stamp + " " + cpu;
    if (const auto proven = proven_.find(proof); !order.emulator && proven != proven_.end())
        return dispatch_proven(std::move(order), proven->second);
    guarded(
        [&] {
            EmulatorQuestion question{
                settings.arch, cpu, {}, board_of_cpu(context_.catalogue.boards, settings, settings.arch)};
            if (order.emulator)
                question.emulator = copy_of(order.emulator);
            else if (!settings_.emulator.empty())
                question.emulator = context_.settings.open_emulator(name());
            const std::uint64_t number = ++context_.trials;
            const bool own = static_cast<bool>(order.emulator);
            const auto tried = [this, number, proof, own](const plan::Result<std::string> &version) {
                auto node = trying_.extract(number);
                if (!version)
                    return answer(std::move(node.mapped().order.done), tl::unexpected(version.error()));
                if (!own)
                    proven_[proof] = *version;
                dispatch_proven(std::move(node.mapped().order), *version);
            };
            auto trial = std::make_unique<EmulatorTrial>(context_, std::move(question), tried);
            trying_.emplace(number, Trying{std::move(order), std::move(trial)});
        },
        [&](plan::Refusal why) { answer(std::move(order.done), tl::unexpected(std::move(why))); });
}

void Session::dispatch_proven(SpawnOrder order, const std::string &version) {
    if (const auto can = plan::check_watch(order.request.watch, version); !can)
        return answer(std::move(order.done), tl::unexpected(can.error()));
    dispatch(std::move(order));
}

/// What InitType::spawn wants after the command's own descriptors.
std::vector<sys::Fd> Session::own_table(SpawnOrder &order) const {
    std::vector<sys::Fd> fds;
    if (!order.request.has_own_table())
        return fds;
    plan::SessionSettings settings = settings_;
    if (!order.request.cpu.empty())
        settings.cpu = order.request.cpu;
    const std::string_view path = order.emulator ? plan::emulator_path_of_job : "";
    // Whoever looks on at emulated programs wants to see them all.
    const bool looked_at = order.request.watch != plan::Watch::none;
    const auto table = session_exec_table(
        settings, arches_of(settings_, context_.machine.emulated()), context_.catalogue.boards, path,
        order.request.watch, looked_at ? std::vector<plan::RouteEntry>() : acceleration_->routes());
    fds.push_back(sys::sealed_memfd("frank-exec-table", table));
    for (sys::Fd *given : {&order.emulator, &order.watcher})
        if (*given)
            fds.push_back(std::move(*given));
    return fds;
}

} // namespace frank::session
