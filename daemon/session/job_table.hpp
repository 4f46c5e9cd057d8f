// Every job that is known: those that run, and for each uid the last that ended. Keeps the records on disk in
// step.
#pragma once

#include "daemon/session/job_store.hpp"
#include "daemon/session/news.hpp"
#include "daemon/session/task.hpp"

#include <map>
#include <string>
#include <vector>

namespace frank::session {

class JobTable {
  public:
    JobTable(JobStore &files, const News &news, Mailbox &mailbox, std::uint32_t kept_per_owner)
        : files_(files), news_(news), mailbox_(mailbox), kept_(kept_per_owner) {}

    /// Writes the record, then publishes. On breakage there is no such job.
    void add(Job job);
    /// One whose record was read back: nothing is written.
    void restore(Job job);
    void progress(JobId id, Progress progress);
    /// What may be wrong with one that runs; an empty one: nothing any more.
    void suspect(JobId id, const plan::Breakage &breakage);
    /// What its end, which is to follow, is to have on record.
    void calls(JobId id, const Calls &calls);
    /// Does nothing for a job that is not there or has ended.
    void end(JobId id, JobState state, int status, plan::Refusal why = {}, plan::Breakage breakage = {});
    void wait(JobId id, Ledger::Ended ended);

    /// nullptr where there is none.
    const Job *find(JobId id) const;
    std::vector<JobId> ids() const;
    /// Commands that run in this session.
    std::vector<JobId> running_in(const std::string &session) const;
    std::size_t running_of(std::uint32_t owner) const;
    bool any_running() const;

  private:
    struct Entry {
        Job job;
        std::vector<Ledger::Ended> waiters;
    };
    void trim(std::uint32_t owner);

    JobStore &files_;
    const News &news_;
    Mailbox &mailbox_;
    std::uint32_t kept_;
    std::map<JobId, Entry> entries_;
};

} // namespace frank::session
