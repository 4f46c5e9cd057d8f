// One named root filesystem and, while it runs, its session: starting, stopping, and the commands in it.
#pragma once

#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/hang.hpp"
#include "daemon/session/emulator_trial.hpp"
#include "daemon/session/guest.hpp"
#include "daemon/session/line_reader.hpp"

#include <deque>
#include <map>
#include <vector>

namespace frank::session {

class Acceleration;
class Binds;

struct SpawnOrder {
    plan::SpawnRequest request;
    std::vector<sys::Fd> fds;
    sys::Fd emulator; ///< sealed memfd, where request.emulator names one
    sys::Fd watcher;  ///< where request.watch is not none
    std::uint32_t caller = 0;
    Ledger::SpawnDone done;
};

/// A command of frankend's own in a session, as its root: no job, and gone with frankend.
struct Tool {
    std::vector<std::string> argv;
    std::vector<std::byte> table;                 ///< an exec table of its own; empty: the session's
    std::function<void(std::string_view)> line;   ///< of its standard output
    std::function<void(plan::Result<void>)> done; ///< refused where it could not run, or did not end well
};

class Session final : private GuestListener {
  public:
    Session(Context &context, plan::SessionSettings settings, std::optional<SessionState> shown = {});
    ~Session() override;
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    const plan::SessionSettings &settings() const { return settings_; }
    const std::string &name() const { return settings_.name.str(); }
    SessionState state() const { return override_.value_or(state_); }
    SessionView view() const;
    SessionEmulator emulator() const;
    /// Nothing of it runs, and nothing is asked of it.
    bool idle() const;
    /// Commands that are asked for and do not run yet.
    std::size_t pending_of(std::uint32_t caller) const;

    /// On disk when it returns; on breakage nothing has changed.
    void store(plan::SessionSettings settings);
    /// What it shows instead of its own state: creating or destroying. Nobody can start it meanwhile.
    void show(std::optional<SessionState> state);

    void start(Ledger::Done done);
    void stop(Ledger::Done done);
    /// stop() for a destruction, which is under way already.
    void halt(Ledger::Done done);
    plan::Result<void> may_be_used() const;
    /// Busy while throw-away sessions stand on its tree.
    plan::Result<void> may_change() const;
    /// Its tree is being exchanged: nobody can start it meanwhile.
    void lay_by(bool by) { laid_by_ = by; }
    /// On disk when it returns. What its directories are is the other's affair.
    void become_throw_away(std::vector<plan::Bind> binds);
    /// It goes, whatever happens.
    void leave_ground();
    /// Commands are on their way.
    bool awaits_jobs() const { return !queued_.empty() || !pending_.empty() || !trying_.empty(); }
    void spawn(SpawnOrder order);
    /// Takes up one that an earlier frankend started. `end_it`: only to end it.
    void adopt(const RunningRecord &record, bool end_it);

    /// Only while it runs. `done` is not called where the session ends first, nor after end_tool().
    void run_tool(Tool tool);
    void end_tool();
    /// An exec table in place of the session's, and before it a mount of twins, which may be none.
    bool send_routes(const std::vector<plan::RouteEntry> &routes, sys::Fd twins);
    /// The session's table with these routes.
    std::vector<std::byte> table_with(std::vector<plan::RouteEntry> routes) const;
    /// That its commands get.
    plan::Chosen workarounds() const;
    /// On disk when it returns; holds from the next start on.
    plan::Result<bool> switch_workaround(const std::string &workaround, bool on);
    /// `done` comes later.
    void bind(plan::Bind bind, sys::Fd directory, Ledger::Done done);
    void unbind(const std::string &target, Ledger::Done done);
    Binds &binds() { return *binds_; }
    /// From now on where it runs. `done` comes later.
    void set_limits(const plan::ResourceLimits &limits, Ledger::Done done);
    void measure_use(Ledger::UseDone done);
    /// Of those that have one together.
    bool may_use(const plan::CompilerCache &cache) const;
    /// For frank-init, which answers with InitType::bound. False where it is not there.
    bool send_bind(plan::InitType type, std::uint64_t number, const std::string &target, sys::Fd mount);
    Acceleration &acceleration() { return *acceleration_; }
    const Acceleration &acceleration() const { return *acceleration_; }

    plan::Result<void> signal(JobId id, int number);
    plan::Result<void> resize(JobId id, std::uint16_t rows, std::uint16_t columns);
    /// SIGTERM, and SIGKILL later.
    plan::Result<void> cancel(JobId id);

  private:
    struct Pending {
        Job job;
        SpawnOrder order;
        sys::EventSource timeout;
    };

    void guest_up(const KnownJobs &known) override;
    void guest_said(const plan::InitHeader &header, sys::Fd terminal) override;
    void guest_ending() override;
    void guest_stuck() override;
    void guest_gone(const plan::Refusal &why) override;

    GuestListener &listener() { return *this; }
    plan::Result<void> may_start() const;
    plan::Result<void> others_directories() const;
    void stand();
    void touch();
    void begin_start();
    /// Takes note of what frank-init says that the root holds. True: more than was registered.
    bool learn_needs();
    bool begins_again();
    /// Asks frank-init what the root holds; go() follows, whatever becomes of that.
    void look();
    void looked(const plan::InitHeader &answer);
    void keep_findings(plan::SessionSettings settings);
    /// From time to time: does it get on? Jobs on a terminal wait for people.
    void watch(JobId id);
    void measured(const plan::InitHeader &answer);
    void lay_binds();
    void lay_cache();
    /// Commands may run.
    void go();
    /// Names of those that it goes without, now or, where it does not run, from its next start on.
    const std::vector<std::string> &switched_off() const;
    std::vector<SessionView::Workaround> workarounds_shown() const;
    void add_advice(plan::Breakage &breakage) const;
    std::chrono::milliseconds hang_patience() const;
    std::vector<Finding> findings() const;
    void change(SessionState state);
    void fail_starts(const plan::Refusal &why);
    void reconcile(const KnownJobs &known);

    /// Its emulator and CPU model are tried first.
    void try_own(SpawnOrder order);
    void dispatch_proven(SpawnOrder order, const std::string &version);
    void dispatch(SpawnOrder order);
    std::vector<sys::Fd> own_table(SpawnOrder &order) const;
    void send_spawn(SpawnOrder order);
    plan::Breakage breakage_of(const Job &job, bool killed, int status, bool cancelled) const;
    void spawned(JobId id, int group, sys::Fd terminal);
    void spawn_failed(JobId id, plan::Refusal why);
    void ended(JobId id, int wait_status);
    /// `starved`: for want of memory.
    void conclude(JobId id, int wait_status, bool starved);
    /// True: conclude() comes when it is known.
    bool ask_of_memory(JobId id, int wait_status);
    plan::Breakage out_of_memory() const;
    void keep_limits(const plan::ResourceLimits &limits);
    void tell_later(Ledger::Done done, plan::Result<void> result);
    /// Before its end: what of it ran natively.
    void note_calls(const Job &job);
    void answer(Ledger::SpawnDone done, plan::Result<Spawned> result);
    void tell(std::vector<Ledger::Done> &waiters, const plan::Result<void> &result);
    plan::Result<void> message(plan::InitType type, JobId id, int a, int b = 0);

    bool tool_said(const plan::InitHeader &header);

    Context &context_;
    plan::SessionSettings settings_;
    SessionState state_ = SessionState::stopped;
    std::optional<SessionState> override_;
    bool adopting_ = false;
    bool laid_by_ = false;
    sys::EventSource free_;            ///< it may start: what stood on its tree has gone
    std::unique_ptr<Footing> footing_; ///< of a throw-away one
    enum class Again { no, ending, begun } again_ = Again::no; ///< once in a start
    std::uint64_t started_ = 0;
    struct Look {
        std::vector<std::string> asked; ///< names of work-arounds
        bool storage = false;           ///< and of its file system
        sys::EventSource deadline;
    };
    std::optional<Look> look_;         ///< under way
    bool cached_ = false;              ///< a compiler cache is in its sight
    std::uint64_t oom_kills_ = 0;      ///< since its start, as far as jobs asked
    std::vector<std::string> off_;     ///< names of work-arounds, as it was at the start
    std::vector<plan::Arch> left_out_; ///< of what its root holds programs of, at the last start
    EmulatorSeen emulator_;            ///< this machine's, as it was at the start
    std::unique_ptr<Guest> guest_;
    std::vector<Ledger::Done> start_waiters_, stop_waiters_;
    struct Trying {
        SpawnOrder order;
        std::unique_ptr<EmulatorTrial> trial;
    };
    std::map<std::uint64_t, Trying> trying_;
    /// CPU models that the session's own emulator took, with its stamp, and its version.
    std::map<std::string, std::string> proven_;
    std::vector<SpawnOrder> queued_;   ///< wait for the start
    std::map<JobId, Pending> pending_; ///< wait for frank-init's answer
    std::map<JobId, sys::EventSource> cancels_;
    struct RunningTool {
        JobId id;
        Tool tool;
        std::unique_ptr<LineReader> output;
    };
    std::unique_ptr<RunningTool> tool_; ///< one at a time
    std::deque<Tool> tools_waiting_;
    std::unique_ptr<Acceleration> acceleration_;
    std::unique_ptr<Binds> binds_;
    struct Watch {
        sys::EventSource next;
        std::optional<plan::JobMeasure> last;
        int idle = 0; ///< measures one after another in which nothing had been done
    };
    std::map<JobId, Watch> watched_;
};

} // namespace frank::session
