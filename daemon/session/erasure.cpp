#include "daemon/session/erasure.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"

namespace frank::session {

Erasure::Erasure(Context &context, plan::SessionSettings settings, Ledger::Done done)
    : context_(context), settings_(std::move(settings)), done_(std::move(done)) {}

void Erasure::begin() { drop_binds(); }

/// What frank-launcher remembers of them; the directories are their owner's.
void Erasure::drop_binds() {
    if (settings_.binds.empty() || settings_.layers.throw_away) // then they are another session's
        return drop();
    guarded(
        [this] {
            auto request = request_for(plan::LaunchOp::drop_tree, settings_, plan::Network::none);
            request.instance = settings_.binds.back().instance;
            call_ = std::make_unique<LaunchCall>(
                context_, request, std::span<const int>{}, [this, request](const plan::LaunchReply &reply) {
                    if (reply.rung != plan::Rung::none)
                        return finish(tl::unexpected(plan::to_refusal(reply, request)));
                    settings_.binds.pop_back();
                    drop_binds();
                });
        },
        [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

// First what is cheap: an empty tree, a remembered directory and nothing at all go without a workshop.
void Erasure::drop() {
    guarded(
        [this] {
            const auto request = request_for(plan::LaunchOp::drop_tree, settings_, plan::Network::none);
            call_ = std::make_unique<LaunchCall>(context_, request, std::span<const int>{},
                                                 [this](const plan::LaunchReply &reply) { dropped(reply); });
        },
        [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

void Erasure::dropped(const plan::LaunchReply &reply) {
    const bool full = reply.rung == plan::Rung::storage && reply.error == ENOTEMPTY;
    // Never what was given to us: only a tree of our own making is ever emptied.
    if (full && !emptied_ && settings_.kind != plan::RootKind::directory)
        return empty();
    if (reply.rung != plan::Rung::none) {
        const auto request = request_for(plan::LaunchOp::drop_tree, settings_, plan::Network::none);
        return finish(tl::unexpected(plan::to_refusal(reply, request)));
    }
    plan::Result<void> result;
    guarded([this] { context_.settings.remove(settings_.name.str()); },
            [&result](plan::Refusal why) { result = tl::unexpected(std::move(why)); });
    finish(std::move(result));
}

void Erasure::empty() {
    emptied_ = true;
    call_.reset();
    Workshop::Ears ears{[](const Progress &) {},
                        [this](const plan::Result<void> &result, const TreeReport &) {
                            if (!result)
                                return finish(result);
                            drop();
                        }};
    guarded(
        [&] {
            WorkshopOrder order{
                settings_, plan::Network::none, {}, {"/frank/frank-tree", "empty", "/target"}, {}, {}};
            workshop_ = std::make_unique<Workshop>(context_, std::move(order), std::move(ears));
            workshop_->begin();
        },
        [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

void Erasure::finish(plan::Result<void> result) {
    // Not from here: begin() may have failed at once, inside of whoever is to be told.
    context_.mailbox.post(
        Task([done = std::exchange(done_, nullptr), result = std::move(result)] { done(result); }));
}

} // namespace frank::session
