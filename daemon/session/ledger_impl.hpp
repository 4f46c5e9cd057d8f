// The ledger's inside. Private to ledger*.cpp, admission.cpp and recovery.cpp.
#pragma once

#include "daemon/session/acceleration.hpp"
#include "daemon/session/creation.hpp"
#include "daemon/session/destruction.hpp"
#include "daemon/session/emulator_survey.hpp"
#include "daemon/session/new_top.hpp"
#include "daemon/session/stranger.hpp"
#include "daemon/session/tree_removal.hpp"
#include "daemon/session/trial.hpp"
#include "daemon/session/twin_making.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace frank::session {

class Ledger::Impl {
  public:
    Impl(sys::EventLoop &loop, const plan::Config &config, const Directories &directories, Machine &machine,
         Patience patience, Catalogue catalogue);

    plan::Result<JobId> create(const plan::CreateRequest &request, GivenFiles given);
    plan::Result<JobId> destroy(const std::string &name, bool force, std::uint32_t caller);
    plan::Result<void> cancel(const Job &job);
    void spawn(const std::string &name, SpawnOrder order);
    plan::Result<JobId> accelerate(const std::string &name, AccelOrder order, std::uint32_t caller);
    void snapshot(const std::string &name, const std::string &tag, const Done &done);
    void rollback(const std::string &name, const std::string &tag, const Done &done);
    plan::Result<void> remove_snapshot(const std::string &name, const std::string &tag);
    void clone(const std::string &name, const plan::SessionName &new_name, std::uint32_t owner,
               const Done &done);
    void commit(const std::string &name, const plan::SessionName &new_name, const Done &done);
    void recover();
    /// Shared by all who ask while it goes on: anybody may ask.
    void diagnose(Diagnosed done);
    void list_emulators(Surveyed done);

    Session *find(const std::string &name);
    const Session *find(const std::string &name) const;
    /// NoSuchJob, InvalidState, or the session whose running command it is.
    plan::Result<Session *> session_of_command(JobId id);

    plan::Result<plan::SessionSettings> new_settings(const plan::CreateRequest &request) const;
    bool idle() const;

    Context context;
    std::map<std::string, std::unique_ptr<Session>> sessions;

  private:
    plan::Result<void> may_create(const plan::CreateRequest &request, const GivenFiles &given) const;
    plan::Result<void> may_run_job(std::uint32_t caller) const;
    std::optional<std::uint32_t> new_id_base() const;
    JobId add_job(JobKind kind, const plan::SessionName &name, std::uint32_t owner, std::string description,
                  bool log);
    void finished(const std::string &name, JobId job, const Outcome &outcome);
    /// `job`: 0 where nobody asked for it.
    void begin_destruction(Session &session, JobId job);
    /// An operation that is over is destroyed once it has returned.
    template <class Operations> void bury(Operations &operations, const std::string &name) {
        auto node = operations.extract(name);
        if (!node.empty())
            context.mailbox.post(Task([dead = std::move(node.mapped())] {}));
    }
    void drop(const std::string &name);

    void begin_acceleration(const std::string &name, const AccelOrder &order, JobId job, sys::Fd log,
                            const plan::Result<void> &started);
    void collect_twins(bool incomplete);
    void collect_caches();
    void remove_tree(TreeRemoval::Order order);

    plan::Result<Session *> layerable(const std::string &name);
    void put_new_top(Session &session, const plan::Instance &over, NewTop::Amend amend, Done done);
    plan::Result<void> tag_layer(Session &session, const std::string &tag, const plan::Instance &layer);
    void later(const Done &done, plan::Result<void> result);
    plan::Result<void> may_have(const std::string &name, std::uint32_t owner) const;
    plan::Result<Session *> derive(const Session &from, const plan::SessionName &name, std::uint32_t owner,
                                   const plan::Instance &base);
    void make_layer(Session &session, const Done &done);
    void collect_layers();

    plan::Result<Session *> ground_of(const std::string &name);
    plan::Result<plan::SessionName> passing_name(const std::string &name) const;
    void spawn_throw_away(const std::string &name, SpawnOrder order);
    void spawn_and_watch(Session &session, SpawnOrder order);
    void watch_job(const std::string &name, JobId job);
    void last_one_out(const std::string &name);
    bool recover_throw_away(const Session &session);
    void settle_ground(const std::string &name, const Done &done);
    plan::Result<void> rename(const std::string &name, const plan::SessionName &new_name);
    void committed(const std::string &name, const plan::Result<void> &result, const Done &done);

    void recover_jobs();
    void recover_session(Session &session);
    void forget_committed();
    void end_stranger(const std::string &name);

    void look();
    std::vector<Diagnosed> curious_; ///< who waits for a diagnosis
    std::unique_ptr<Trial> trial_;
    std::vector<Surveyed> surveyors_;
    std::unique_ptr<EmulatorSurvey> survey_;
    /// Says which sessions run with an emulator that is not there any more.
    void emulators_changed();
    std::vector<std::string> outdated() const;
    std::optional<Finding> narrow_roots_finding() const;
    std::set<std::string> told_outdated_;
    std::map<std::string, std::unique_ptr<Creation>> creations_;
    std::map<std::string, std::unique_ptr<Destruction>> destructions_;
    std::map<std::string, std::unique_ptr<NewTop>> tops_;
    std::map<std::string, std::unique_ptr<LayerMaking>> makings_;
    std::set<std::string> committing_;
    std::map<plan::Instance, std::unique_ptr<TreeRemoval>> removals_; ///< of what no root uses any more
    std::map<std::string, std::unique_ptr<Stranger>> strangers_; ///< sessions that run and have no settings
};

} // namespace frank::session
