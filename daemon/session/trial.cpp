#include "daemon/session/trial.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/emulator_trial.hpp"

#include <algorithm>
#include <utility>

namespace frank::session {

namespace {

constexpr const char *nobody = "frankend-doctor-trial-of-nobody";

} // namespace

Trial::Trial(Context &context, std::vector<plan::Arch> arches, std::function<void(std::vector<Finding>)> done)
    : context_(context), arches_(std::move(arches)), done_(std::move(done)) {
    std::ranges::reverse(arches_);
    source_ = context_.loop.soon([this] { next(); });
}

void Trial::next() {
    workshop_.reset();
    if (arches_.empty()) {
        const auto done = std::move(done_);
        return done(std::move(findings_));
    }
    const plan::Arch arch = arches_.back();
    arches_.pop_back();
    const std::string name(plan::info(arch).debian);
    guarded(
        [&] {
            WorkshopOrder order{settings_of_nobody(nobody),
                                plan::Network::none,
                                {arch},
                                {"/frank/frank-tree", "probe", "--arch", name},
                                {},
                                {}};
            Workshop::Ears ears{[](const Progress &) {},
                                [this, arch](const plan::Result<void> &result, const TreeReport &report) {
                                    ran(arch, result, report);
                                }};
            workshop_ = std::make_unique<Workshop>(context_, std::move(order), std::move(ears));
            workshop_->begin();
        },
        [&](const plan::Refusal &why) { ran(arch, tl::unexpected(why), {}); });
}

void Trial::ran(plan::Arch arch, const plan::Result<void> &result, const TreeReport &report) {
    if (result && !std::exchange(memory_told_, true))
        for (Finding &finding : memory_findings(report.memory().lowest_address, report.memory().overcommit))
            findings_.push_back(std::move(finding));
    const std::string check = "session " + std::string(plan::info(arch).debian);
    if (result)
        findings_.push_back(ok(check, "a throw-away session runs a probe program"));
    else
        findings_.push_back(failure(check, result.error().message, "see journalctl -u 'frank-launcher@*'"));
    source_ = context_.loop.soon([this] { next(); });
}

} // namespace frank::session
