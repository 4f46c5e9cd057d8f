// The ledger: everything the door (bus/) can ask for, in terms of checked values. Authorisation has happened
// before.
#pragma once

#include "daemon/plan/config.hpp"
#include "daemon/plan/session_settings.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/session/accel_order.hpp"
#include "daemon/session/call_counts.hpp"
#include "daemon/session/catalogue.hpp"
#include "daemon/session/job.hpp"
#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/fd.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frank::session {

class Machine;
class HostTable;

enum class SessionState { creating, stopped, starting, running, stopping, destroying };
std::string_view to_text(SessionState state);

struct Finding {
    std::string check, outcome, seen, remedy; ///< outcome: "ok", "warning", "failure"
};

/// What bus/ may see of a session.
struct SessionView {
    plan::SessionSettings settings;
    SessionState state;
    plan::Network network;
    plan::TableKind table; ///< by which its programs come to frank-exec
    std::uint64_t started; ///< microseconds since 1970, 0 while it does not run
    std::vector<JobId> jobs;
    std::string board;                            ///< the one it shows; empty: none
    std::string cpu;                              ///< what the emulator is told; empty: its own default
    std::string acceleration;                     ///< "none" (nothing is known of twins), "off", "on", "busy"
    plan::Result<std::string> acceleration_offer; ///< what it would take; refused where it cannot be
    plan::ToolClasses acceleration_off;           ///< while it is on: what stays emulated
    struct Workaround {
        std::string name;
        bool on; ///< its commands get it
        std::string why, sets, advice;
    };
    std::vector<Workaround> workarounds{}; ///< whose signs its root held at the last start
    std::vector<Finding> findings{};       ///< what is known to go wrong in it, and what to do
};

/// What emulates a session's programs, or would.
struct SessionEmulator {
    std::string
        name; ///< a path of this machine's, or what the user called the one that was given; empty: none
    bool given = false;
    bool replaced = false; ///< the file is another one than when the session started
};

/// News, told synchronously after the ledger has changed. An observer must not call back into the ledger.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void session_added(const std::string &name) = 0;
    virtual void session_changed(const std::string &name) = 0;
    virtual void session_removed(const std::string &name, std::uint32_t owner) = 0;
    virtual void job_added(JobId id) = 0;
    virtual void job_changed(JobId id) = 0; ///< state or progress
    virtual void job_removed(JobId id, std::uint32_t owner) = 0;
};

struct Spawned {
    JobId job = 0;
    sys::Fd terminal; ///< master, where the request had tty and no log
};

/// One emulator file of this machine.
struct EmulatorReport {
    std::string path;
    std::string version; ///< as it tells it; empty where it was not run
    bool is_static = false;
    std::vector<std::string> architectures; ///< by Debian's names
    std::string outcome;                    ///< "ok", "failure"
    std::string seen;                       ///< what the probe showed, or what is wrong and what to do
};

/// How long the ledger waits for others. Tests are less patient.
struct Patience {
    using Time = std::chrono::milliseconds;
    Time launch{20'000};        ///< from the request to frank-init's hello
    Time storage{60'000};       ///< for frank-launcher to make, adopt or drop a tree
    Time spawn{30'000};         ///< for frank-init to say that a command runs
    std::optional<Time> hang{}; ///< in place of the settings' hang_seconds
    Time look{5'000};           ///< for frank-init to look what the root holds
    Time shutdown{10'000};      ///< before a session that was asked to end is killed
    Time kill{10'000};          ///< before a killed session is reported as stuck
    Time cancel{5'000};         ///< between SIGTERM and SIGKILL
    Time retry{2'000};          ///< before what recover() could not undo is tried again
};

class Ledger {
  public:
    using Done = std::function<void(plan::Result<void>)>;
    using SpawnDone = std::function<void(plan::Result<Spawned>)>;
    using Ended = std::function<void(const Job &)>;
    using UseDone = std::function<void(const plan::Result<plan::ResourceReport> &)>;
    using Surveyed = std::function<void(const std::vector<EmulatorReport> &)>;
    using Diagnosed = std::function<void(std::vector<Finding>)>;

    struct Directories {
        std::string state;   ///< settings and logs: /var/lib/frankend
        std::string runtime; ///< sockets, job records: /run/frankend
    };

    /// All that is given by reference must outlive the ledger.
    Ledger(sys::EventLoop &loop, const plan::Config &config, const Directories &directories, Machine &machine,
           Patience patience = {}, Catalogue catalogue = {});
    ~Ledger();
    Ledger(const Ledger &) = delete;
    Ledger &operator=(const Ledger &) = delete;

    /// nullptr: nobody.
    void observe(Observer *observer);
    /// Reads what is stored, finds running sessions again, undoes what was begun and not finished.
    void recover();

    /// Gives the job at once; the session appears with state `creating`.
    /// `source`: the directory (O_PATH) or the archive; empty for Debian.
    /// `emulator`: a sealed memfd where request.emulator names one.
    plan::Result<JobId> create(const plan::CreateRequest &request, sys::Fd source, sys::Fd emulator = {});
    plan::Result<JobId> destroy(const std::string &name, bool force, std::uint32_t caller);
    void start(const std::string &name, Done done);
    void stop(const std::string &name, Done done);
    /// Starts the session where need be. `fds` go with request.fd_numbers, `emulator` (a sealed memfd) with
    /// request.emulator, `watcher` with request.watch. `done` is called once.
    void spawn(const std::string &name, plan::SpawnRequest request, std::vector<sys::Fd> fds,
               std::uint32_t caller, SpawnDone done, sys::Fd emulator = {}, sys::Fd watcher = {});

    /// Calls back when the job has ended: at once where it has.
    void wait(JobId id, Ended ended);
    plan::Result<void> signal(JobId id, int number);
    plan::Result<void> resize(JobId id, std::uint16_t rows, std::uint16_t columns);
    plan::Result<void> cancel(JobId id);
    plan::Result<sys::Fd> open_log(JobId id);

    /// Native speed from the next exec on; starts the session where need be. `again`: all is verified anew.
    /// `classes` of tools: none are all.
    plan::Result<JobId> accelerate(const std::string &name, const AccelOrder &order, std::uint32_t caller);
    /// No twin, or none of these classes, from the next exec on.
    plan::Result<void> emulate(const std::string &name, const plan::ToolClasses &classes = {});
    std::vector<AccelRow> acceleration(const std::string &name);
    /// Of a job, up to now or its end.
    Calls calls_of(JobId id);
    /// From the next start on. True: it runs, and what runs in it goes by the old choice until then.
    plan::Result<bool> switch_workaround(const std::string &name, const std::string &workaround, bool on);

    /// A directory (bind.source, target, owner and writable say how) that it sees from now on, or, where it
    /// does not run, from its next start on; also while it is being created.
    void bind(const std::string &name, plan::Bind bind, sys::Fd directory, Done done);
    void unbind(const std::string &name, const std::string &target, Done done);

    /// All of its limits. `done` comes later; what cannot be set here is refused, of one that does not run at
    /// its next start.
    void set_limits(const std::string &name, const plan::ResourceLimits &limits, Done done);
    /// What it takes now, and which of its limits can be set here.
    void measure_use(const std::string &name, UseDone done);

    /// What its root is now stays, by this tag. It must not run.
    void snapshot(const std::string &name, const std::string &tag, Done done);
    /// Its root is as it was then; what came after is gone, other snapshots are not. It must not run.
    void rollback(const std::string &name, const std::string &tag, Done done);
    plan::Result<void> remove_snapshot(const std::string &name, const std::string &tag);
    /// Another session of this owner, whose root is as this one's is now. It must not run.
    void clone(const std::string &name, const plan::SessionName &new_name, std::uint32_t owner, Done done);
    /// A throw-away session is ended and stays, by this name.
    void commit(const std::string &name, const plan::SessionName &new_name, Done done);

    void diagnose(Diagnosed done);
    void list_emulators(Surveyed done);
    plan::Result<std::vector<std::string>> describe(const plan::CreateRequest &request) const;
    const plan::Boards &boards() const;
    /// This machine's own binfmt table. Asked for nothing before its begin().
    HostTable &host_table();

    std::vector<std::string> session_names() const;
    std::vector<JobId> job_ids() const;
    std::optional<SessionView> view(const std::string &name) const;
    SessionEmulator emulator(const std::string &name) const;
    /// nullptr where there is none. Valid until the ledger next changes.
    const Job *find_job(JobId id) const;
    /// True when nothing runs and nothing is under way.
    bool idle() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace frank::session
