// Who may have one more session or job, and what a new session is given.
#include "daemon/session/id_ranges.hpp"
#include "daemon/session/ledger_impl.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <algorithm>

namespace frank::session {

namespace {

constexpr std::size_t max_etc_bytes = 64U << 20; // a machine with a million users is still served

} // namespace

std::optional<std::uint32_t> Ledger::Impl::new_id_base() const {
    std::vector<IdRange> taken;
    const auto add = [&taken](const std::vector<IdRange> &more) {
        taken.insert(taken.end(), more.begin(), more.end());
    };
    const sys::Fd etc = open_directory("/etc");
    for (const char *file : {"subuid", "subgid"})
        add(ranges_in_subid(sys::read_file(etc.get(), file, max_etc_bytes).value_or("")));
    for (const char *file : {"passwd", "group"})
        add(ids_in_passwd(sys::read_file(etc.get(), file, max_etc_bytes).value_or("")));
    for (const auto &[name, session] : sessions)
        taken.push_back({session->settings().id_base, plan::id_range_size});
    return free_id_base(taken);
}

plan::Result<plan::SessionSettings> Ledger::Impl::new_settings(const plan::CreateRequest &request) const {
    const auto id_base = new_id_base();
    if (!id_base)
        return plan::refuse(Error::limit_exceeded,
                            "no range of 65536 ids is left for a session: destroy one");
    const bool given = request.kind == plan::RootKind::directory;
    plan::SessionSettings settings{request.name,
                                   request.kind,
                                   {},
                                   request.owner,
                                   *id_base,
                                   given ? plan::DiskIds::plain : plan::DiskIds::foreign,
                                   plan::Arch::none,
                                   request.cpu,
                                   request.source,
                                   "",
                                   wall_clock(),
                                   false,
                                   false,
                                   request.emulator};
    settings.board = request.board;
    settings.workarounds_off = request.workarounds_off;
    settings.limits = request.limits;
    if (request.kind == plan::RootKind::debian && settings.source.empty())
        settings.source = "debian:" + request.suite;
    settings.instance = new_instance();
    return settings;
}

plan::Result<void> Ledger::Impl::may_run_job(std::uint32_t caller) const {
    std::size_t jobs = context.jobs.running_of(caller);
    for (const auto &[name, session] : sessions)
        jobs += session->pending_of(caller);
    if (jobs < context.config.limits.jobs)
        return {};
    return plan::refuse(Error::limit_exceeded, "uid " + std::to_string(caller) + " has " +
                                                   std::to_string(jobs) +
                                                   " jobs running: wait for one to end, or cancel one");
}

plan::Result<void> Ledger::Impl::may_create(const plan::CreateRequest &request,
                                            const GivenFiles &given) const {
    const std::string &name = request.name.str();
    if (find(name) != nullptr)
        return plan::refuse(Error::already_exists, "there is a session " + name +
                                                       " already: choose another name, or destroy it first");
    if (given.emulator)
        if (auto fits = check_emulator_file(given.emulator, request.emulator); !fits)
            return fits;
    if (request.kind != plan::RootKind::debian && !given.source)
        return plan::refuse(Error::invalid_argument, "there is nothing to create session " + name + " from");
    if (request.kind == plan::RootKind::debian && request.arch == plan::Arch::none)
        return plan::refuse(Error::invalid_argument, "which architecture? Give one with --arch");
    if (auto checked = context.catalogue.boards.check(request.board, request.arch); !checked)
        return checked;
    if (auto checked = context.catalogue.workarounds.check(request.workarounds_off); !checked)
        return checked;
    const auto owned = std::ranges::count_if(
        sessions, [&](const auto &entry) { return entry.second->settings().owner == request.owner; });
    if (static_cast<std::size_t>(owned) >= context.config.limits.sessions)
        return plan::refuse(Error::limit_exceeded, "uid " + std::to_string(request.owner) + " has " +
                                                       std::to_string(owned) +
                                                       " sessions: destroy one first");
    return may_run_job(request.owner);
}

} // namespace frank::session
