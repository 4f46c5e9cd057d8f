// The ledger's inside. Private to ledger*.cpp, admission.cpp and recovery.cpp.
#pragma once

#include "daemon/session/acceleration.hpp"
#include "daemon/session/creation.hpp"
#include "daemon/session/destruction.hpp"
#include "daemon/session/emulator_survey.hpp"
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
    template <class Operations> void bury(Operations &operations, const std::string &name);
    void drop(const std::string &name);

    void begin_acceleration(const std::string &name, const AccelOrder &order, JobId job, sys::Fd log,
                            const plan::Result<void> &started);
    void collect_twins(bool incomplete);
    void collect_caches();
    void remove_tree(TreeRemoval::Order order);

    void recover_jobs();
    void recover_session(Session &session);
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
    std::map<plan::Instance, std::unique_ptr<TreeRemoval>> removals_; ///< of what no root uses any more
    std::map<std::string, std::unique_ptr<Stranger>> strangers_; ///< sessions that run and have no settings
};

} // namespace frank::session
