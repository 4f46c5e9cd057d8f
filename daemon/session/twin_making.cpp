#include "daemon/session/twin_making.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/landlock.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/session/tree_removal.hpp"

#include <fcntl.h>

namespace frank::session {

namespace {

plan::Twins new_twins(std::string suite, plan::Arch arch) {
    plan::Twins twins;
    twins.instance = new_instance();
    twins.suite = std::move(suite);
    twins.arch = arch;
    twins.created = wall_clock();
    return twins;
}

/// Nobody else's: 64 hexadecimal digits, as others have, but random ones.
std::string digest_of_its_own(const plan::Twins &twins) {
    const std::string half = plan::to_text(twins.instance);
    return half + half;
}

} // namespace

TwinMaking::TwinMaking(Context &context, std::string suite, bool llvm, plan::Arch arch, sys::Fd log,
                       std::shared_ptr<sys::Fd> source, Ears ears)
    : context_(context), twins_(new_twins(std::move(suite), arch)),
      settings_(settings_of_tree(context, twins_.instance)), llvm_(llvm), log_(std::move(log)),
      source_(std::move(source)), ears_(std::move(ears)) {}

void TwinMaking::begin() {
    guarded(
        [this] {
            context_.twins.save(twins_); // before anything is made: what a crash leaves is found by it
            const auto request = request_for(plan::LaunchOp::make_twins, settings_, plan::Network::none);
            call_ = std::make_unique<LaunchCall>(
                context_, request, std::span<const int>(), [this](const plan::LaunchReply &reply) {
                    if (reply.rung == plan::Rung::none)
                        return fill();
                    fail(plan::to_refusal(
                        reply, request_for(plan::LaunchOp::make_twins, settings_, plan::Network::none)));
                });
        },
        [this](plan::Refusal why) { fail(std::move(why)); });
}

void TwinMaking::fill() {
    if (cancelled_)
        return fail({});
    ears_.progress({"making native twins", 0, 0, ""});
    std::vector<std::string> argv{
        "/frank/frank-tree", "twins", "/target", "--arch", std::string(plan::info(twins_.arch).debian),
        "--helpers",         "/frank"};
    if (source_)
        argv.emplace_back("--given");
    else
        argv.insert(argv.end(), {"--suite", twins_.suite});
    if (!source_ && llvm_)
        argv.emplace_back("--llvm");
    if (!source_ && !context_.config.defaults.debian_mirror.empty())
        argv.insert(argv.end(), {"--mirror", context_.config.defaults.debian_mirror});
    const plan::Network network = source_ ? plan::Network::none
                                  : context_.network == plan::Network::none
                                      ? network_of(plan::NetworkPolicy::automatic)
                                      : context_.network;
    guarded(
        [&] {
            workshop_ = std::make_unique<Workshop>(
                context_,
                WorkshopOrder{settings_, network, std::vector<plan::Arch>{}, std::move(argv),
                              source_ ? std::move(*source_) : sys::Fd(), std::move(log_)},
                Workshop::Ears{ears_.progress, [this](const plan::Result<void> &result,
                                                      const TreeReport &report) { filled(result, report); }});
            workshop_->begin();
        },
        [this](plan::Refusal why) { fail(std::move(why)); });
}

void TwinMaking::filled(const plan::Result<void> &result, const TreeReport &report) {
    if (cancelled_ || !result)
        return fail(result ? plan::Refusal{} : result.error());
    if (report.digest().empty() || report.twins().empty())
        return fail({Error::failed, "frank-tree made no twins and did not say why"});
    // What somebody's directory made of frank-tree may say any digest, that of everybody's twins too.
    const std::string digest = twins_.suite.empty() ? digest_of_its_own(twins_) : report.digest();
    if (context_.twins.find(digest) != nullptr) { // the same as some that are there
        undo_ = std::make_unique<Erasure>(context_, settings_, [this, digest](const plan::Result<void> &) {
            guarded([this] { context_.twins.remove(twins_.instance); }, [](const plan::Refusal &) {});
            finish(digest);
        });
        return undo_->begin();
    }
    guarded(
        [&] {
            twins_.digest = digest;
            twins_.tools = report.twins();
            context_.twins.save(twins_);
            finish(twins_.digest);
        },
        [this](plan::Refusal why) { fail(std::move(why)); });
}

void TwinMaking::cancel() {
    cancelled_ = true;
    if (workshop_ && !undo_)
        workshop_->cancel();
}

void TwinMaking::fail(plan::Refusal why) {
    if (undo_)
        return;
    if (cancelled_)
        why = {Error::cancelled, "cancelled"};
    undo_ = std::make_unique<Erasure>(context_, settings_, [this, why](const plan::Result<void> &result) {
        if (result)
            guarded([this] { context_.twins.remove(twins_.instance); }, [](const plan::Refusal &) {});
        finish(tl::unexpected(why)); // what is left is found at the next start of frankend
    });
    undo_->begin();
}

void TwinMaking::finish(plan::Result<std::string> result) {
    const auto done = std::exchange(ears_.done, nullptr);
    if (done)
        done(std::move(result));
}

} // namespace frank::session
