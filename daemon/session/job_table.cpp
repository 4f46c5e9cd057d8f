#include "daemon/session/job_table.hpp"

#include "daemon/session/log.hpp"
#include "daemon/session/state_files.hpp"

#include <algorithm>

namespace frank::session {

namespace {

/// "exited with 3".
std::string end_of(const Job &job) {
    std::string text(to_text(job.state));
    if (job.state == JobState::exited || job.state == JobState::killed)
        text += (job.state == JobState::exited ? " with " : " by signal ") + std::to_string(job.status);
    return job.refusal.message.empty() ? text : text + ": " + job.refusal.message;
}

} // namespace

void JobTable::add(Job job) {
    const JobId id = job.id;
    files_.save(job);
    entries_.emplace(id, Entry{std::move(job), {}});
    news_.job_added(id);
}

void JobTable::restore(Job job) {
    const JobId id = job.id;
    entries_.emplace(id, Entry{std::move(job), {}});
    news_.job_added(id);
}

void JobTable::progress(JobId id, Progress progress) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.job.ended_already() ||
        found->second.job.progress == progress)
        return;
    found->second.job.progress = std::move(progress);
    news_.job_changed(id);
}

void JobTable::suspect(JobId id, const plan::Breakage &breakage) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.job.ended_already() ||
        found->second.job.breakage == breakage)
        return;
    found->second.job.breakage = breakage;
    news_.job_changed(id);
}

void JobTable::calls(JobId id, const Calls &calls) {
    if (const auto found = entries_.find(id); found != entries_.end() && !found->second.job.ended_already())
        found->second.job.calls = calls;
}

void JobTable::end(JobId id, JobState state, int status, plan::Refusal why, plan::Breakage breakage) {
    const auto found = entries_.find(id);
    if (found == entries_.end() || found->second.job.ended_already())
        return;
    Job &job = found->second.job;
    job.state = state;
    job.status = status;
    job.refusal = std::move(why);
    job.breakage = std::move(breakage);
    job.ended = wall_clock();
    try {
        files_.save(job); // before anybody hears of it: an end that was told is never forgotten
    } catch (const std::exception &error) {
        log_of(job.session, id).error("the end of job {} is not recorded: {}", id, error.what());
    }
    log_of(job.session, id).info("session {}: job {} {}", job.session, id, end_of(job));
    news_.job_changed(id);
    for (Ledger::Ended &ended : std::exchange(found->second.waiters, {}))
        mailbox_.post(Task([ended = std::move(ended), job] { ended(job); }));
    trim(job.owner);
}

void JobTable::wait(JobId id, Ledger::Ended ended) {
    const auto found = entries_.find(id);
    if (found == entries_.end())
        return;
    if (!found->second.job.ended_already()) {
        found->second.waiters.push_back(std::move(ended));
        return;
    }
    const Job copy = found->second.job; // the call may change the table
    ended(copy);
}

const Job *JobTable::find(JobId id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second.job;
}

std::vector<JobId> JobTable::ids() const {
    std::vector<JobId> all;
    for (const auto &[id, entry] : entries_)
        all.push_back(id);
    return all;
}

std::vector<JobId> JobTable::running_in(const std::string &session) const {
    std::vector<JobId> running;
    for (const auto &[id, entry] : entries_)
        if (entry.job.kind == JobKind::command && !entry.job.ended_already() && entry.job.session == session)
            running.push_back(id);
    return running;
}

std::size_t JobTable::running_of(std::uint32_t owner) const {
    return static_cast<std::size_t>(std::ranges::count_if(entries_, [owner](const auto &entry) {
        return entry.second.job.owner == owner && !entry.second.job.ended_already();
    }));
}

bool JobTable::any_running() const {
    return std::ranges::any_of(entries_, [](const auto &entry) { return !entry.second.job.ended_already(); });
}

void JobTable::trim(std::uint32_t owner) {
    std::vector<std::pair<std::uint64_t, JobId>> ended; // oldest first once sorted
    for (const auto &[id, entry] : entries_)
        if (entry.job.owner == owner && entry.job.ended_already())
            ended.emplace_back(entry.job.ended, id);
    if (ended.size() <= kept_)
        return;
    std::ranges::sort(ended);
    ended.resize(ended.size() - kept_);
    for (const auto &[when, id] : ended) {
        files_.remove(id);
        entries_.erase(id);
        news_.job_removed(id, owner);
    }
}

} // namespace frank::session
