#include "daemon/session/news.hpp"

#include <spdlog/spdlog.h>

namespace frank::session {

template <class Call> void News::tell(Call call) const {
    if (observer_ == nullptr)
        return;
    try {
        call(*observer_);
    } catch (const std::exception &error) {
        spdlog::error("news could not be told: {}", error.what());
    }
}

void News::session_added(const std::string &name) const {
    tell([&](Observer &observer) { observer.session_added(name); });
}
void News::session_changed(const std::string &name) const {
    tell([&](Observer &observer) { observer.session_changed(name); });
}
void News::session_removed(const std::string &name, std::uint32_t owner) const {
    tell([&](Observer &observer) { observer.session_removed(name, owner); });
}
void News::job_added(JobId id) const {
    tell([&](Observer &observer) { observer.job_added(id); });
}
void News::job_changed(JobId id) const {
    tell([&](Observer &observer) { observer.job_changed(id); });
}
void News::job_removed(JobId id, std::uint32_t owner) const {
    tell([&](Observer &observer) { observer.job_removed(id, owner); });
}

} // namespace frank::session
