// Session: what its own tree lies over, and who lies over that.
#include "daemon/session/session.hpp"

namespace frank::session {

plan::Result<void> Session::may_change() const {
    const std::size_t above = context_.grounds.standing_on(settings_.instance);
    if (above == 0)
        return {};
    return plan::refuse(Error::busy, std::to_string(above) + " throw-away " +
                                         (above == 1 ? "session" : "sessions") + " of " + name() +
                                         " must not see it change: wait for their end, or stop them");
}

plan::Result<void> Session::may_start() const {
    return may_be_used().and_then([this] { return may_change(); });
}

void Session::stand() {
    if (settings_.layers.throw_away)
        footing_ = std::make_unique<Footing>(context_.grounds, settings_.layers.base);
}

/// On disk before anything can change its tree.
void Session::touch() {
    if (!settings_.layers.untouched)
        return;
    plan::SessionSettings settings = settings_;
    settings.layers.untouched = false;
    store(std::move(settings));
}

void Session::become_throw_away(std::vector<plan::Bind> binds) {
    plan::SessionSettings settings = settings_;
    settings.layers.throw_away = true;
    settings.binds = std::move(binds);
    store(std::move(settings));
    stand();
}

void Session::leave_ground() {
    if (footing_)
        footing_->leave();
}

} // namespace frank::session
