// What a root holds decides which work-arounds its commands get. frank-init looks, when a session starts and
// when a new frankend takes one up: nothing runs before it has answered.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/binds.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/findings.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/log.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

std::vector<Finding> Session::findings() const {
    std::vector<Finding> findings;
    if (const auto trouble = plan::storage_trouble(settings_.arches(), settings_.storage))
        findings.push_back(warning("32-bit programs", trouble->seen, trouble->remedy));
    std::string names;
    for (const plan::Arch arch : left_out_)
        names += (names.empty() ? "" : ", ") + std::string(plan::info(arch).debian);
    if (!names.empty())
        findings.push_back(
            warning("architectures",
                    "its root holds programs of more architectures than a session can run; not of "
                    "these: " +
                        names,
                    "dpkg --remove-architecture what is not needed, then stop and start it"));
    return findings;
}

void Session::look() {
    left_out_ = left_out_arches(settings_, context_.machine.emulated());
    const plan::Chosen candidates = context_.catalogue.workarounds.candidates(settings_.arch);
    Look look;
    for (const plan::Workaround *one : candidates)
        look.asked.push_back(one->name);
    // Whether it would be trouble if its numbers were wide.
    look.storage = plan::storage_trouble(settings_.arches(), {{true, true}, {}}).has_value();
    const bool asks =
        (!candidates.empty() || look.storage) &&
        guest_->send(plan::InitType::look, 0, look.storage ? 1 : 0, 0, plan::encode_questions(candidates));
    if (!asks)
        return lay_binds();
    look.deadline = context_.loop.after(context_.patience.look, [this] {
        log_of(name()).warn(
            "session {}: frank-init does not tell what the root holds: what was known of it holds", name());
        lay_binds();
    });
    look_ = std::move(look);
}

/// Can be forged by the session's root: it gets work-arounds of this machine's data by it, or does without.
void Session::looked(const plan::InitHeader &answer) {
    if (!look_)
        return;
    plan::SessionSettings settings = settings_;
    settings.workarounds.clear();
    for (std::size_t i = 0; i < look_->asked.size(); ++i)
        if ((answer.job >> i & 1U) != 0)
            settings.workarounds.push_back(look_->asked[i]);
    settings.storage = {};
    if (look_->storage)
        settings.storage.wide = plan::WideNumbers::from_bits(answer.a);
    if (settings.storage.wide.any())
        settings.storage.file_system = plan::file_system_name(static_cast<std::uint32_t>(answer.b));
    keep_findings(std::move(settings));
    lay_binds();
}

void Session::keep_findings(plan::SessionSettings settings) {
    if (settings.workarounds == settings_.workarounds && settings.storage == settings_.storage)
        return;
    guarded([&] { context_.settings.save(settings); },
            [this](const plan::Refusal &why) { log_of(name()).warn("session {}: {}", name(), why.message); });
    settings_ = std::move(settings); // it holds for this session, on disk or not
    context_.news.session_changed(name());
}

void Session::go() {
    adopting_ = false;
    if (state_ != SessionState::starting) // it is being stopped
        return;
    for (const Finding &finding : findings())
        log_of(name()).warn("session {}: {}; {}", name(), finding.seen, finding.remedy);
    change(SessionState::running);
    log_of(name()).info("session {} runs", name());
    acceleration_->session_is_up();
    binds_->recover();
    for (const JobId id : context_.jobs.running_in(name()))
        watch(id);
    tell(start_waiters_, {});
    for (SpawnOrder &order : std::exchange(queued_, {}))
        send_spawn(std::move(order));
}

} // namespace frank::session
