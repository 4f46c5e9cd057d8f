#include "daemon/session/session.hpp"

#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/board_choice.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>
#include <utility>

namespace frank::session {

Session::Session(Context &context, plan::SessionSettings settings, std::optional<SessionState> shown)
    : context_(context), settings_(std::move(settings)), override_(shown),
      acceleration_(std::make_unique<Acceleration>(context, *this)),
      binds_(std::make_unique<Binds>(context, *this)) {
    stand();
}

Session::~Session() { context_.grounds.when_free(settings_.instance, nullptr); }

SessionView Session::view() const {
    const plan::Network network = context_.network;
    const plan::Boards &boards = context_.catalogue.boards;
    return {settings_,
            state(),
            network,
            context_.table.kind(),
            started_,
            context_.jobs.running_in(name()),
            board_name(boards, settings_),
            cpu_of(boards, settings_, settings_.arch),
            acceleration_->state(),
            acceleration_->offer(),
            acceleration_->record().off,
            workarounds_shown(),
            findings()};
}

SessionEmulator Session::emulator() const {
    if (context_.machine.runs(settings_.arch))
        return {};
    if (!settings_.emulator.empty())
        return {settings_.emulator, true, false};
    const EmulatorSeen now = context_.machine.emulator_of(settings_.arch);
    if (state_ == SessionState::stopped || emulator_.path.empty())
        return {now.path, false, false};
    return {emulator_.path, false, now != emulator_};
}

bool Session::idle() const {
    return state() == SessionState::stopped && queued_.empty() && trying_.empty() && start_waiters_.empty() &&
           stop_waiters_.empty() && !binds_->busy();
}

void Session::store(plan::SessionSettings settings) {
    context_.settings.save(settings);
    settings_ = std::move(settings);
}

void Session::show(std::optional<SessionState> state) {
    override_ = state;
    context_.news.session_changed(name());
}

void Session::change(SessionState state) {
    if (std::exchange(state_, state) != state)
        context_.news.session_changed(name());
}

void Session::tell(std::vector<Ledger::Done> &waiters, const plan::Result<void> &result) {
    for (Ledger::Done &done : std::exchange(waiters, {}))
        context_.mailbox.post(Task([done = std::move(done), result] { done(result); }));
}

plan::Result<void> Session::may_be_used() const {
    if (override_ == SessionState::creating)
        return plan::refuse(Error::invalid_state,
                            "session " + name() + " is still being created: wait for that job");
    if (override_ == SessionState::destroying)
        return plan::refuse(Error::invalid_state, "session " + name() + " is being destroyed");
    if (settings_.doomed || !settings_.complete)
        return plan::refuse(Error::invalid_state,
                            "session " + name() + " is half deleted: destroy it once more");
    if (laid_by_)
        return plan::refuse(Error::busy,
                            "a snapshot of session " + name() + " is being made or taken back: try again");
    if (const auto board = context_.catalogue.boards.check(settings_.board, settings_.arch); !board)
        return plan::refuse(Error::invalid_state,
                            "session " + name() + " is for the board " + settings_.board +
                                ", whose file is gone from boards.d: put it back and restart frankend");
    return {};
}

void Session::start(Ledger::Done done) {
    plan::Result<void> result = may_start();
    if (result && state_ != SessionState::running) {
        start_waiters_.push_back(std::move(done));
        if (state_ == SessionState::stopped)
            begin_start();
        return;
    }
    context_.mailbox.post(Task([done = std::move(done), result] { done(result); }));
}

void Session::begin_start() {
    if (context_.grounds.taken(settings_.instance)) { // by those that go: it waits
        change(SessionState::starting);
        return context_.grounds.when_free(settings_.instance, [this] {
            free_ = context_.loop.soon([this] {
                if (state_ == SessionState::starting && !guest_)
                    begin_start();
            });
        });
    }
    off_ = settings_.workarounds_off;
    change(SessionState::starting);
    started_ = wall_clock();
    guarded(
        [this] {
            touch();
            auto request = request_for(plan::LaunchOp::start_session, settings_, context_.network);
            const std::vector<plan::Arch> arches = arches_of(settings_, context_.machine.emulated());
            add_arches(request, arches);
            guest_ =
                std::make_unique<Guest>(context_, context_.runtime.session_directory(name()), listener());
            sys::Fd given;
            emulator_ = {};
            if (!settings_.emulator.empty()) {
                given = context_.settings.open_emulator(name());
                request.emulator = settings_.arch;
            } else if (request.arch_count > 0) {
                emulator_ = context_.machine.emulator_of(settings_.arch);
            }
            const plan::Boards &boards = context_.catalogue.boards;
            guest_->launch(request, session_exec_table(settings_, arches, boards),
                           board_files(boards, settings_), given, {started_, emulator_, off_});
        },
        [this](const plan::Refusal &why) { guest_gone(why); });
}

void Session::adopt(const RunningRecord &record, bool end_it) {
    guest_ = std::make_unique<Guest>(context_, context_.runtime.session_directory(name()), listener());
    state_ = end_it ? SessionState::stopping : SessionState::starting;
    adopting_ = true;
    off_ = record.workarounds_off.value_or(settings_.workarounds_off);
    started_ = record.started;
    emulator_ = record.emulator;
    if (!guest_->adopt(end_it, arches_of(settings_, context_.machine.emulated())))
        guest_gone({Error::launch_failed, "the session ended while frankend was away"});
}

void Session::stop(Ledger::Done done) {
    plan::Result<void> result;
    if (override_)
        result =
            plan::refuse(Error::invalid_state, "session " + name() + " is " +
                                                   std::string(to_text(*override_)) + ": it does not run");
    if (result && state_ != SessionState::stopped)
        return halt(std::move(done));
    context_.mailbox.post(Task([done = std::move(done), result] { done(result); }));
}

void Session::halt(Ledger::Done done) {
    const plan::Refusal why{Error::cancelled, "session " + name() + " was stopped"};
    fail_starts(why);
    if (!guest_) {
        change(SessionState::stopped); // it may have waited to start
        context_.mailbox.post(Task([done = std::move(done)] { done({}); }));
        return;
    }
    stop_waiters_.push_back(std::move(done));
    change(SessionState::stopping);
    guest_->end(why);
}

void Session::fail_starts(const plan::Refusal &why) {
    tell(start_waiters_, tl::unexpected(why));
    for (SpawnOrder &order : std::exchange(queued_, {}))
        answer(std::move(order.done), tl::unexpected(why));
    for (auto &[number, trying] : std::exchange(trying_, {}))
        answer(std::move(trying.order.done), tl::unexpected(why));
}

void Session::guest_up(const KnownJobs &known) {
    if (begins_again())
        return;
    again_ = Again::no;
    oom_kills_ = 0;
    if (adopting_ &&
        settings_.limits.of(plan::Resource::memory) != 0) // what was before us is no job's of now
        (void)guest_->ask({}, [this](const plan::Result<plan::ResourceReport> &report) {
            if (report)
                oom_kills_ = std::max(oom_kills_, report->use.oom_kills);
        });
    reconcile(known);
    look();
}

/// After a restart of frankend: its memory of jobs against frank-init's.
void Session::reconcile(const KnownJobs &known) {
    for (const JobId id : context_.jobs.running_in(name()))
        if (!known.contains(id))
            context_.jobs.end(id, JobState::killed, 9,
                              {Error::failed, "it was lost while frankend was away"});
    for (const auto &[id, status] : known) {
        if (status)
            ended(id, *status);
        else if (const Job *job = context_.jobs.find(id);
                 job == nullptr || job->session != name() || job->ended_already())
            (void)guest_->send(plan::InitType::signal, id, 9); // nobody ever got to know of it
    }
}

void Session::guest_ending() {
    if (state_ == SessionState::running) // one that starts has failed to: that is told when it is gone
        change(SessionState::stopping);
}

void Session::guest_stuck() {
    tell(stop_waiters_, plan::refuse(Error::busy, "session " + name() +
                                                      " was killed and does not end: a process of it "
                                                      "hangs in the kernel; try again later"));
}

void Session::guest_gone(const plan::Refusal &why) {
    if (std::exchange(again_, Again::no) == Again::ending && state_ == SessionState::starting) {
        again_ = Again::begun;
        guest_.reset();
        return begin_start();
    }
    const bool failed = state_ == SessionState::starting && !adopting_;
    if (state_ == SessionState::stopping && stop_waiters_.empty())
        log_of(name()).warn("session {} ended by itself: {}", name(), why.message);
    guest_.reset();
    look_.reset();
    adopting_ = false;
    cancels_.clear();
    tool_.reset();
    tools_waiting_.clear();
    for (const JobId id : context_.jobs.running_in(name()))
        note_calls(*context_.jobs.find(id));
    acceleration_->session_is_gone();
    binds_->session_is_gone();
    watched_.clear();
    started_ = 0;
    state_ = SessionState::stopped;
    if (override_ == SessionState::destroying)
        footing_.reset(); // its root is in nobody's sight any more
    for (const JobId id : context_.jobs.running_in(name()))
        context_.jobs.end(id, JobState::killed, 9, {Error::failed, why.message});
    for (auto &[id, pending] : std::exchange(pending_, {})) {
        context_.job_files.remove(id);
        answer(std::move(pending.order.done),
               plan::refuse(Error::launch_failed, "the command did not run: " + why.message));
    }
    if (failed)
        fail_starts(why);
    log_of(name()).info("session {} does not run any more: {}", name(), why.message);
    // Whoever else wants it to run asked while it was on its way down.
    context_.news.session_changed(name());
    tell(stop_waiters_, {});
    if (!start_waiters_.empty() || !queued_.empty())
        begin_start();
}

} // namespace frank::session
