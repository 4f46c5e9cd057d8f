// A root may hold programs of more architectures than when it was last looked at: dpkg --add-architecture,
// and a loader came. What to register has to be known before anything of the root can look, so frank-init
// looks and says, and where it is news the session begins once more, before anything runs in it.
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

/// What frank-init says can be forged by the session's root: it gains emulators of this machine's by it, no
/// more.
bool Session::learn_needs() {
    plan::ArchSet extra = guest_->needs();
    extra.erase(settings_.arch);
    if (guest_->needs().empty() || extra == settings_.extra_arches)
        return false;
    const std::vector<plan::Arch> emulated = context_.machine.emulated();
    const auto before = arches_of(settings_, emulated);
    plan::SessionSettings settings = settings_;
    settings.extra_arches = extra;
    store(std::move(settings));
    context_.news.session_changed(name());
    const auto now = arches_of(settings_, emulated);
    return std::ranges::any_of(
        now, [&](plan::Arch arch) { return std::ranges::find(before, arch) == before.end(); });
}

bool Session::begins_again() {
    bool more = false;
    if (!adopting_)
        guarded(
            [&] { more = learn_needs(); },
            [&](const plan::Refusal &why) { log_of(name()).warn("session {}: {}", name(), why.message); });
    if (!more || again_ != Again::no)
        return false;
    again_ = Again::ending;
    guest_->end({Error::cancelled, "it begins again, with more architectures"});
    return true;
}

} // namespace frank::session
