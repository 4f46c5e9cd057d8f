// What is said about one session, or one job in it. In the journal such lines have the fields FRANK_SESSION=
// and FRANK_JOB=, by which journalctl finds them; the name of the logger carries both to the sink.
#pragma once

#include "daemon/session/job.hpp"

#include <optional>
#include <spdlog/logger.h>
#include <string>
#include <string_view>

namespace frank::session {

/// Says it where everything else is said.
spdlog::logger log_of(const std::string &session, JobId job = 0);

struct LogSubject {
    std::string session;
    std::string job; ///< empty: none
    bool operator==(const LogSubject &) const = default;
};

/// Of log_of()'s loggers; nothing for any other.
std::optional<LogSubject> subject_of(std::string_view logger_name);

} // namespace frank::session
