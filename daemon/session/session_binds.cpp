// Session: directories of this machine that it sees.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"

namespace frank::session {

void Session::bind(plan::Bind bind, sys::Fd directory, Ledger::Done done) {
    binds_->add(std::move(bind), std::move(directory), std::move(done));
}

void Session::unbind(const std::string &target, Ledger::Done done) {
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
        return go();
    binds_->lay([this](const plan::Result<void> &laid) {
        if (laid)
            return go();
        if (adopting_) {
            log_of(name()).warn("session {}: {}", name(), laid.error().message);
            return go();
        }
        plan::Refusal why = laid.error();
        why.message += "; put it back, or: frankctl unbind " + name() + " and its path inside";
        guest_->end(std::move(why));
    });
}

} // namespace frank::session
