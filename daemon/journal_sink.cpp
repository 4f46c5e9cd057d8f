#include "daemon/journal_sink.hpp"

#include "daemon/session/log.hpp"

#include <string>
#include <sys/uio.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION // of this file, which nobody asked for
#include <systemd/sd-journal.h>
#include <vector>

namespace frank {

namespace {

int priority_of(spdlog::level::level_enum level) {
    switch (level) {
    case spdlog::level::critical:
        return LOG_CRIT;
    case spdlog::level::err:
        return LOG_ERR;
    case spdlog::level::warn:
        return LOG_WARNING;
    case spdlog::level::info:
        return LOG_INFO;
    default:
        return LOG_DEBUG;
    }
}

} // namespace

void JournalSink::sink_it_(const spdlog::details::log_msg &message) {
    std::vector<std::string> fields{"MESSAGE=" + std::string(message.payload.begin(), message.payload.end()),
                                    "PRIORITY=" + std::to_string(priority_of(message.level)),
                                    "SYSLOG_IDENTIFIER=frankend"};
    const auto about =
        session::subject_of(std::string_view(message.logger_name.data(), message.logger_name.size()));
    if (about)
        fields.push_back("FRANK_SESSION=" + about->session);
    if (about && !about->job.empty())
        fields.push_back("FRANK_JOB=" + about->job);
    std::vector<iovec> parts;
    parts.reserve(fields.size());
    for (std::string &field : fields)
        parts.push_back({field.data(), field.size()});
    // A journal that is not there is nothing that could be told to anybody.
    (void)::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

} // namespace frank
