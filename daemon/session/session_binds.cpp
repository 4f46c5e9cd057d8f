// Session: directories of this machine that it sees.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

plan::Result<void> Session::others_directories() const {
    return plan::refuse(Error::invalid_state, "session " + name() + " sees the directories of session " +
                                                  settings_.source + ": bind or unbind them there");
}

void Session::bind(plan::Bind bind, sys::Fd directory, Ledger::Done done) {
    if (settings_.layers.throw_away)
        return tell_later(std::move(done), others_directories());
    binds_->add(std::move(bind), std::move(directory), std::move(done));
}

void Session::unbind(const std::string &target, Ledger::Done done) {
    if (settings_.layers.throw_away)
        return tell_later(std::move(done), others_directories());
    binds_->remove(target, std::move(done));
}

bool Session::send_bind(plan::InitType type, std::uint64_t number, const std::string &target, sys::Fd mount) {
    std::vector<sys::Fd> fds;
    if (mount)
        fds.push_back(std::move(mount));
    const auto path = std::as_bytes(std::span(target.c_str(), target.size() + 1));
    return guest_ && guest_->send(type, number, 0, 0, path, std::move(fds));
}

/// Before any command of the root can look for them. A session without one of them does not start: a build
/// that does not find its sources would do something else. One that runs already goes on.
void Session::lay_binds() {
    look_.reset();
    if (settings_.binds.empty())
        return lay_cache();
    binds_->lay([this](const plan::Result<void> &laid) {
        if (laid)
            return lay_cache();
        if (adopting_) {
            log_of(name()).warn("session {}: {}", name(), laid.error().message);
            return lay_cache();
        }
        plan::Refusal why = laid.error();
        why.message += "; put it back, or: frankctl unbind " + name() + " and its path inside";
        guest_->end(std::move(why));
    });
}

bool Session::may_use(const plan::CompilerCache &cache) const {
    return cache.serves(settings_.owner, settings_.arch, acceleration_->record().suite, name());
}

/// Before any command: what sets CCACHE_DIR is given to those that start when it is there. Without it, what
/// is compiled is compiled: a session starts all the same.
void Session::lay_cache() {
    cached_ = false;
    const plan::CacheSharing sharing = context_.config.defaults.ccache;
    const auto known = context_.catalogue.workarounds.choose(settings_.arch, settings_.workarounds, off_);
    if (sharing == plan::CacheSharing::off ||
        std::ranges::none_of(known, [](const auto *one) { return one->needs_cache(); }))
        return go();
    guarded(
        [&] {
            const auto key = plan::cache_key(settings_.owner, settings_.arch, acceleration_->record().suite,
                                             name(), sharing);
            if (context_.caches.find(key) == nullptr) // before it is made: what a crash leaves is found by it
                context_.caches.save({new_instance(), key});
            binds_->lay_cache(context_.caches.find(key)->instance, [this](const plan::Result<void> &laid) {
                cached_ = laid.has_value();
                if (!laid)
                    log_of(name()).warn("session {}: {}", name(), laid.error().message);
                go();
            });
        },
        [&](const plan::Refusal &why) {
            log_of(name()).warn("session {}: {}", name(), why.message);
            go();
        });
}

} // namespace frank::session
