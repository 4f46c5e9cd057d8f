// Ledger: the emulators of this machine, and sessions that still use one that was replaced.
#include "daemon/plan/emulator_paths.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/ledger_impl.hpp"

#include <spdlog/spdlog.h>
#include <utility>

namespace frank::session {

void Ledger::Impl::list_emulators(Surveyed done) {
    surveyors_.push_back(std::move(done));
    if (surveyors_.size() > 1)
        return;
    const auto tell = [this](const std::vector<EmulatorReport> &reports) {
        survey_.reset();
        for (const Surveyed &waiter : std::exchange(surveyors_, {}))
            waiter(reports);
    };
    guarded(
        [&] {
            auto found = session::list_emulators(plan::own_emulators);
            for (EmulatorReport &report : session::list_emulators(plan::distribution_emulators))
                found.push_back(std::move(report));
            survey_ = std::make_unique<EmulatorSurvey>(context, std::move(found), tell);
        },
        [&](const plan::Refusal &why) {
            tell({{plan::distribution_emulators, "", false, {}, "failure", why.message}});
        });
}

std::vector<std::string> Ledger::Impl::outdated() const {
    std::vector<std::string> names;
    for (const auto &[name, session] : sessions)
        if (session->emulator().replaced)
            names.push_back(name);
    return names;
}

void Ledger::Impl::emulators_changed() {
    const auto names = outdated();
    std::set<std::string> now(names.begin(), names.end());
    for (const std::string &name : now)
        if (!told_outdated_.contains(name)) {
            spdlog::warn("{} was replaced; session {} still runs the old one until it is stopped and started",
                         sessions.at(name)->emulator().name, name);
            context.news.session_changed(name);
        }
    told_outdated_ = std::move(now);
}

} // namespace frank::session
