#include "daemon/session/ledger.hpp"

#include "daemon/plan/mount_plan.hpp"
#include "daemon/session/board_choice.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/ledger_impl.hpp"

namespace frank::session {

namespace {

constexpr int last_signal = 64; // _NSIG of the kernel

plan::Refusal no_such_session(const std::string &name) {
    return {Error::no_such_session, "there is no session " + name};
}

} // namespace

Ledger::Ledger(sys::EventLoop &loop, const plan::Config &config, const Directories &directories,
               Machine &machine, Patience patience, Catalogue catalogue)
    : impl_(std::make_unique<Impl>(loop, config, directories, machine, patience, std::move(catalogue))) {}

Ledger::~Ledger() = default;

void Ledger::observe(Observer *observer) { impl_->context.news.observe(observer); }

void Ledger::recover() { impl_->recover(); }

plan::Result<JobId> Ledger::create(const plan::CreateRequest &request, sys::Fd source, sys::Fd emulator) {
    return impl_->create(request, {std::move(source), std::move(emulator)});
}

plan::Result<JobId> Ledger::destroy(const std::string &name, bool force, std::uint32_t caller) {
    return impl_->destroy(name, force, caller);
}

void Ledger::start(const std::string &name, Done done) {
    if (Session *session = impl_->find(name))
        return session->start(std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::stop(const std::string &name, Done done) {
    if (Session *session = impl_->find(name))
        return session->stop(std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::spawn(const std::string &name, plan::SpawnRequest request, std::vector<sys::Fd> fds,
                   std::uint32_t caller, SpawnDone done, sys::Fd emulator, sys::Fd watcher) {
    impl_->spawn(name, SpawnOrder{std::move(request), std::move(fds), std::move(emulator), std::move(watcher),
                                  caller, std::move(done)});
}

plan::Result<bool> Ledger::switch_workaround(const std::string &name, const std::string &workaround,
                                             bool on) {
    Session *session = impl_->find(name);
    return session == nullptr ? tl::unexpected(no_such_session(name))
                              : session->switch_workaround(workaround, on);
}

void Ledger::bind(const std::string &name, plan::Bind bind, sys::Fd directory, Done done) {
    if (Session *session = impl_->find(name))
        return session->bind(std::move(bind), std::move(directory), std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::unbind(const std::string &name, const std::string &target, Done done) {
    if (Session *session = impl_->find(name))
        return session->unbind(target, std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::set_limits(const std::string &name, const plan::ResourceLimits &limits, Done done) {
    if (Session *session = impl_->find(name))
        return session->set_limits(limits, std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::measure_use(const std::string &name, UseDone done) {
    if (Session *session = impl_->find(name))
        return session->measure_use(std::move(done));
    impl_->context.mailbox.post(
        Task([done = std::move(done), name] { done(tl::unexpected(no_such_session(name))); }));
}

void Ledger::wait(JobId id, Ended ended) { impl_->context.jobs.wait(id, std::move(ended)); }

plan::Result<void> Ledger::signal(JobId id, int number) {
    if (number < 1 || number > last_signal)
        return plan::refuse(Error::invalid_argument,
                            "signal " + std::to_string(number) + " does not exist: 1 to 64 do");
    const auto session = impl_->session_of_command(id);
    return session ? (*session)->signal(id, number) : tl::unexpected(session.error());
}

plan::Result<void> Ledger::resize(JobId id, std::uint16_t rows, std::uint16_t columns) {
    const auto session = impl_->session_of_command(id);
    if (!session)
        return tl::unexpected(session.error());
    if (!impl_->context.jobs.find(id)->has_terminal)
        return plan::refuse(Error::invalid_state, "job " + std::to_string(id) + " has no terminal");
    return (*session)->resize(id, rows, columns);
}

plan::Result<void> Ledger::cancel(JobId id) {
    const Job *job = find_job(id);
    if (job == nullptr)
        return plan::refuse(Error::no_such_job, "there is no job " + std::to_string(id));
    if (job->ended_already())
        return plan::refuse(Error::invalid_state, "job " + std::to_string(id) + " has ended already");
    return impl_->cancel(*job);
}

plan::Result<sys::Fd> Ledger::open_log(JobId id) {
    const Job *job = find_job(id);
    if (job == nullptr)
        return plan::refuse(Error::no_such_job, "there is no job " + std::to_string(id));
    if (!job->has_log)
        return plan::refuse(Error::invalid_state, "job " + std::to_string(id) +
                                                      " has no log: its output went to whoever started it");
    sys::Fd log = impl_->context.job_files.open_log(id);
    if (!log)
        return plan::refuse(Error::failed, "the log of job " + std::to_string(id) + " cannot be opened: " +
                                               std::generic_category().message(errno));
    return log;
}

void Ledger::snapshot(const std::string &name, const std::string &tag, Done done) {
    impl_->snapshot(name, tag, done);
}

void Ledger::rollback(const std::string &name, const std::string &tag, Done done) {
    impl_->rollback(name, tag, done);
}

plan::Result<void> Ledger::remove_snapshot(const std::string &name, const std::string &tag) {
    return impl_->remove_snapshot(name, tag);
}

void Ledger::clone(const std::string &name, const plan::SessionName &new_name, std::uint32_t owner,
                   Done done) {
    impl_->clone(name, new_name, owner, done);
}

void Ledger::commit(const std::string &name, const plan::SessionName &new_name, Done done) {
    impl_->commit(name, new_name, done);
}

void Ledger::diagnose(Diagnosed done) { impl_->diagnose(std::move(done)); }

void Ledger::list_emulators(Surveyed done) { impl_->list_emulators(std::move(done)); }

const plan::Boards &Ledger::boards() const { return impl_->context.catalogue.boards; }

HostTable &Ledger::host_table() { return impl_->context.table; }

plan::Result<std::vector<std::string>> Ledger::describe(const plan::CreateRequest &request) const {
    const plan::Boards &known = boards();
    if (const auto checked = known.check(request.board, request.arch); !checked)
        return tl::unexpected(checked.error());
    auto settings = impl_->new_settings(request);
    if (!settings)
        return {{settings.error().message}};
    settings->arch = request.arch;
    auto launch = request_for(plan::LaunchOp::start_session, *settings, impl_->context.network);
    launch.arch = request.arch;
    if (!impl_->context.machine.runs(request.arch))
        add_arches(launch, {&request.arch, 1});
    std::vector<std::string> lines = plan::describe_start(launch);
    if (const std::string board = board_name(known, *settings); !board.empty()) {
        const std::string cpu = cpu_of(known, *settings, settings->arch);
        lines.insert(lines.begin(), "board " + board + (cpu.empty() ? "" : ", CPU " + cpu));
    }
    return lines;
}

std::vector<std::string> Ledger::session_names() const {
    std::vector<std::string> names;
    for (const auto &[name, session] : impl_->sessions)
        names.push_back(name);
    return names;
}

std::vector<JobId> Ledger::job_ids() const { return impl_->context.jobs.ids(); }

SessionEmulator Ledger::emulator(const std::string &name) const {
    const Session *session = impl_->find(name);
    return session == nullptr ? SessionEmulator{} : session->emulator();
}

std::optional<SessionView> Ledger::view(const std::string &name) const {
    const Session *session = impl_->find(name);
    return session == nullptr ? std::nullopt : std::optional(session->view());
}

const Job *Ledger::find_job(JobId id) const { return impl_->context.jobs.find(id); }

bool Ledger::idle() const { return impl_->idle(); }

} // namespace frank::session
