// A job as RUNTIME/jobs/ID.toml has it.
#pragma once

#include "daemon/session/job.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace frank::session {

struct JobRecord {
    std::string boot_id;
    Job job;
};

std::string to_toml(const JobRecord &record);
/// Refuses a torn or foreign file with a message that says so.
plan::Result<JobRecord> job_from_toml(std::string_view text);

} // namespace frank::session
