// Session: the commands in it.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/board_choice.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"
#include "daemon/session/spawn_failure.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>
#include <csignal>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

namespace frank::session {

namespace {

/// The master of a terminal: /dev/ptmx is device 5:2 (Documentation/admin-guide/devices.txt). Whatever else a
/// session sends for one is not handed to a client.
bool is_terminal_master(const sys::Fd &fd) {
    struct stat info {};
    return fd && ::fstat(fd.get(), &info) == 0 && S_ISCHR(info.st_mode) && info.st_rdev == makedev(5, 2);
}

} // namespace

std::size_t Session::pending_of(std::uint32_t caller) const {
    const auto queued = std::ranges::count(queued_, caller, &SpawnOrder::caller);
    const auto pending = std::ranges::count_if(
        pending_, [caller](const auto &entry) { return entry.second.job.owner == caller; });
    const auto trying = std::ranges::count_if(
        trying_, [caller](const auto &entry) { return entry.second.order.caller == caller; });
    return static_cast<std::size_t>(queued + pending + trying);
}

void Session::answer(Ledger::SpawnDone done, plan::Result<Spawned> result) {
    context_.mailbox.post(
        Task([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); }));
}

void Session::spawn(SpawnOrder order) {
    if (const auto may = may_start(); !may)
        return answer(std::move(order.done), tl::unexpected(may.error()));
    if (order.fds.size() != order.request.fd_numbers.size())
        return answer(
            std::move(order.done),
            plan::refuse(Error::invalid_argument, "as many descriptors are needed as numbers for them"));
    if (static_cast<bool>(order.watcher) != (order.request.watch != plan::Watch::none))
        return answer(std::move(order.done),
                      plan::refuse(Error::invalid_argument, "who watches a command needs a descriptor"));
    if (order.emulator)
        if (const auto fits = check_emulator_file(order.emulator, order.request.emulator); !fits)
            return answer(std::move(order.done), tl::unexpected(fits.error()));
    if (order.request.has_own_table())
        return try_own(std::move(order));
    dispatch(std::move(order));
}

void Session::dispatch(SpawnOrder order) {
    if (state_ == SessionState::running)
        return send_spawn(std::move(order));
    queued_.push_back(std::move(order));
    if (state_ == SessionState::stopped)
        begin_start();
}

void Session::send_spawn(SpawnOrder order) {
    JobId id = 0;
    bool sent = false;
    guarded(
        [&] {
            id = context_.job_files.next_id();
            std::vector<sys::Fd> fds = std::move(order.fds);
            for (sys::Fd &fd : own_table(order))
                fds.push_back(std::move(fd));
            if (order.request.log)
                fds.push_back(context_.job_files.create_log(id));
            plan::SpawnRequest request = order.request;
            request.env = plan::with_workarounds(workarounds(), std::move(request.env));
            request.limits = plan::limits_of(workarounds());
            const auto payload = plan::encode_spawn(request, context_.config.limits.log_bytes);
            sent = guest_->send(plan::InitType::spawn, id, 0, 0, payload, std::move(fds));
            if (!sent)
                throw std::system_error(EAGAIN, std::generic_category(), "reach session " + name());
        },
        [&](plan::Refusal why) {
            context_.job_files.remove(id);
            answer(std::move(order.done), tl::unexpected(std::move(why)));
        });
    if (!sent)
        return;
    Pending pending;
    pending.job.id = id;
    pending.job.session = name();
    pending.job.owner = order.caller;
    pending.job.description = order.request.argv.empty() ? "login shell" : plan::describe(order.request);
    pending.job.has_terminal = order.request.tty;
    pending.job.has_log = order.request.log;
    pending.job.cpu = order.request.cpu;
    pending.order = std::move(order);
    pending.timeout = context_.loop.after(context_.patience.spawn, [this, id] {
        spawn_failed(id,
                     {Error::failed, "session " + name() + " did not answer: stop it and start it again"});
    });
    pending_.emplace(id, std::move(pending));
}

void Session::guest_said(const plan::InitHeader &header, sys::Fd terminal) {
    if (header.type == plan::InitType::bound) // its number is no job's
        return binds_->bound(header.job, header.a);
    if (tool_said(header))
        return;
    switch (header.type) {
    case plan::InitType::routed:
        return acceleration_->routed(header.a, std::move(terminal));
    case plan::InitType::spawned:
        return spawned(header.job, header.a, std::move(terminal));
    case plan::InitType::spawn_failed:
        if (const auto found = pending_.find(header.job); found != pending_.end())
            spawn_failed(header.job, spawn_failure(header.b, header.a, found->second.order.request, name()));
        return;
    case plan::InitType::exited:
        return ended(header.job, header.a);
    case plan::InitType::looked:
        return looked(header);
    case plan::InitType::measured:
        return measured(header);
    default:
        return; // a hello or a running in the middle says nothing
    }
}

void Session::spawned(JobId id, int group, sys::Fd terminal) {
    auto node = pending_.extract(id);
    if (node.empty()) { // too late: its caller was told that it failed
        const Job *job = context_.jobs.find(id);
        if (job == nullptr || job->session != name() || job->ended_already())
            (void)guest_->send(plan::InitType::signal, id, SIGKILL);
        return;
    }
    Pending pending = std::move(node.mapped());
    pending.timeout.reset();
    const bool wants_terminal = pending.order.request.tty && !pending.order.request.log;
    const auto refuse = [&](plan::Refusal why) {
        (void)guest_->send(plan::InitType::signal, id, SIGKILL);
        context_.job_files.remove(id);
        answer(std::move(pending.order.done), tl::unexpected(std::move(why)));
    };
    if (wants_terminal && !is_terminal_master(terminal))
        return refuse({Error::failed, "session " + name() + " gave no terminal"});
    pending.job.started = wall_clock();
    pending.job.group = group;
    bool added = false;
    guarded(
        [&] {
            context_.jobs.add(std::move(pending.job));
            added = true;
        },
        refuse);
    if (!added)
        return;
    const Job &job = *context_.jobs.find(id);
    log_of(name(), id).info("session {}: job {} of uid {} begins", name(), id, job.owner);
    context_.news.session_changed(name());
    watch(id);
    answer(std::move(pending.order.done), Spawned{id, wants_terminal ? std::move(terminal) : sys::Fd()});
}

void Session::spawn_failed(JobId id, plan::Refusal why) {
    auto node = pending_.extract(id);
    context_.job_files.remove(id);
    answer(std::move(node.mapped().order.done), tl::unexpected(std::move(why)));
}

/// How emulation broke it, as far as its end and its log tell.
plan::Breakage Session::breakage_of(const Job &job, bool killed, int status, bool cancelled) const {
    plan::JobFacts facts;
    facts.session = name();
    if (!context_.machine.runs(settings_.arch))
        facts.qemu = plan::info(settings_.arch).qemu;
    if (facts.qemu.empty() || (!killed && status == 0))
        return {};
    if (cancelled && !job.breakage.name.empty())
        return job.breakage; // it hung
    facts.cpu = job.cpu.empty() ? cpu_of(context_.catalogue.boards, settings_, settings_.arch) : job.cpu;
    facts.command = job.description;
    facts.killed = killed;
    facts.cancelled = cancelled;
    facts.status = status;
    if (job.has_log)
        facts.log = context_.job_files.log_end(job.id, plan::breakage_log_bytes);
    plan::Breakage breakage = plan::recognise(facts).value_or(plan::Breakage{});
    add_advice(breakage);
    return breakage;
}

void Session::note_calls(const Job &job) {
    context_.jobs.calls(job.id, acceleration_->last_calls_of(job.group));
}

void Session::ended(JobId id, int wait_status) {
    if (!ask_of_memory(id, wait_status))
        conclude(id, wait_status, false);
}

void Session::conclude(JobId id, int wait_status, bool starved) {
    const Job *job = context_.jobs.find(id);
    const bool ours = job != nullptr && job->session == name() && job->kind == JobKind::command;
    if (ours && !job->ended_already()) {
        const bool cancelled = cancels_.erase(id) > 0;
        watched_.erase(id);
        note_calls(*job);
        if (WIFEXITED(wait_status))
            context_.jobs.end(id, JobState::exited, WEXITSTATUS(wait_status), {},
                              starved ? out_of_memory()
                                      : breakage_of(*job, false, WEXITSTATUS(wait_status), cancelled));
        else if (WIFSIGNALED(wait_status))
            context_.jobs.end(id, JobState::killed, WTERMSIG(wait_status), {},
                              starved ? out_of_memory()
                                      : breakage_of(*job, true, WTERMSIG(wait_status), cancelled));
        else
            context_.jobs.end(id, JobState::failed, 0,
                              {Error::failed, "frank-init told no end that there is"});
        context_.news.session_changed(name());
    }
    // Only now: until its end is on record, frank-init tells it again to whoever connects.
    if (guest_)
        (void)guest_->send(plan::InitType::forget, id);
}

plan::Result<void> Session::message(plan::InitType type, JobId id, int a, int b) {
    if (state_ != SessionState::running || !guest_)
        return plan::refuse(Error::invalid_state,
                            "session " + name() + " is " + std::string(to_text(state())));
    if (!guest_->send(type, id, a, b))
        return plan::refuse(Error::busy,
                            "session " + name() + " does not take its messages: try again, or stop it");
    return {};
}

plan::Result<void> Session::signal(JobId id, int number) {
    return message(plan::InitType::signal, id, number);
}

plan::Result<void> Session::resize(JobId id, std::uint16_t rows, std::uint16_t columns) {
    return message(plan::InitType::resize, id, rows, columns);
}

plan::Result<void> Session::cancel(JobId id) {
    if (cancels_.contains(id))
        return {};
    auto result = signal(id, SIGTERM);
    if (result)
        cancels_[id] =
            context_.loop.after(context_.patience.cancel, [this, id] { (void)signal(id, SIGKILL); });
    return result;
}

} // namespace frank::session
