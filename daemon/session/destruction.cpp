#include "daemon/session/destruction.hpp"

#include "daemon/session/binds.hpp"

#include <spdlog/spdlog.h>

namespace frank::session {

void Destruction::begin() {
    plan::SessionSettings settings = session_.settings();
    settings.doomed = true;
    session_.store(std::move(settings)); // first: from here on a frankend to come finishes it
    session_.show(SessionState::destroying);
    halt();
}

void Destruction::halt() {
    session_.halt([this](const plan::Result<void> &result) { halted(result); });
}

void Destruction::halted(const plan::Result<void> &result) {
    if (!result && --tries_ > 0) { // nobody is there to try again, after a restart
        retry_ = context_.loop.after(context_.patience.retry, [this] { halt(); });
        return;
    }
    if (!result)
        return end(result);
    session_.binds().close([this] { erase(); });
}

void Destruction::erase() {
    erasure_ = std::make_unique<Erasure>(context_, session_.settings(),
                                         [this](const plan::Result<void> &result) { erased(result); });
    erasure_->begin();
}

void Destruction::erased(const plan::Result<void> &result) {
    if (!result && --tries_ > 0) {
        retry_ = context_.loop.after(context_.patience.retry, [this] { erase(); });
        return;
    }
    end(result);
}

void Destruction::end(const plan::Result<void> &result) {
    Outcome outcome{false, JobState::exited, {}};
    if (!result) {
        const std::string message = "session " + session_.name() +
                                    " is not fully destroyed: " + result.error().message + "; try again";
        spdlog::error("{}", message);
        outcome = {true, JobState::failed, {result.error().error, message}};
        session_.show(std::nullopt);
    }
    const auto finished = std::move(finished_);
    finished(outcome);
}

} // namespace frank::session
