#include "daemon/session/log.hpp"

#include <spdlog/spdlog.h>

namespace frank::session {

namespace {

constexpr std::string_view prefix = "session/";

} // namespace

spdlog::logger log_of(const std::string &session, JobId job) {
    const auto &usual = *spdlog::default_logger();
    spdlog::logger logger(std::string(prefix) + session + (job == 0 ? "" : "/" + std::to_string(job)),
                          usual.sinks().begin(), usual.sinks().end());
    logger.set_level(usual.level());
    logger.flush_on(usual.flush_level());
    return logger;
}

std::optional<LogSubject> subject_of(std::string_view logger_name) {
    if (!logger_name.starts_with(prefix))
        return std::nullopt;
    logger_name.remove_prefix(prefix.size());
    const std::size_t slash = logger_name.find('/'); // never in a session's name
    LogSubject subject{std::string(logger_name.substr(0, slash)), {}};
    if (slash != std::string_view::npos)
        subject.job = logger_name.substr(slash + 1);
    return subject;
}

} // namespace frank::session
