// Which work-arounds a session gets: those whose signs its root holds, but for those that its owner does not
// want.
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

namespace {

bool has(const std::vector<std::string> &names, const std::string &name) {
    return std::ranges::find(names, name) != names.end();
}

} // namespace

plan::Chosen Session::workarounds() const {
    plan::Chosen chosen =
        context_.catalogue.workarounds.choose(settings_.arch, settings_.workarounds, switched_off());
    std::erase_if(chosen, [this](const plan::Workaround *one) { return one->needs_cache() && !cached_; });
    return chosen;
}

const std::vector<std::string> &Session::switched_off() const {
    return state_ == SessionState::stopped ? settings_.workarounds_off : off_;
}

std::vector<SessionView::Workaround> Session::workarounds_shown() const {
    std::vector<SessionView::Workaround> shown;
    for (const plan::Workaround *one :
         context_.catalogue.workarounds.choose(settings_.arch, settings_.workarounds, {}))
        shown.push_back({one->name, !has(switched_off(), one->name), one->why, one->sets(), one->advice});
    return shown;
}

plan::Result<bool> Session::switch_workaround(const std::string &workaround, bool on) {
    if (override_)
        return plan::refuse(Error::invalid_state,
                            "session " + name() + " is " + std::string(to_text(*override_)));
    plan::SessionSettings settings = settings_;
    std::vector<std::string> &off = settings.workarounds_off;
    // One whose file is gone can still be taken off the list.
    if (const auto known = context_.catalogue.workarounds.check({workaround});
        !known && !has(off, workaround))
        return tl::unexpected(known.error());
    if (on)
        std::erase(off, workaround);
    else if (!has(off, workaround))
        off.push_back(workaround);
    if (off.size() > plan::max_workarounds)
        return plan::refuse(Error::limit_exceeded, "session " + name() + " goes without " +
                                                       std::to_string(plan::max_workarounds) +
                                                       " work-arounds already: switch one on first");
    if (off != settings_.workarounds_off) {
        store(std::move(settings));
        context_.news.session_changed(name());
    }
    return state_ != SessionState::stopped && has(off_, workaround) == on;
}

/// What those that it gets know of such an end.
void Session::add_advice(plan::Breakage &breakage) const {
    const std::string advice = plan::advice_on(workarounds(), breakage.name);
    if (!advice.empty())
        breakage.line += "; " + advice;
}

} // namespace frank::session
