#include "daemon/session/new_top.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/new_instance.hpp"
#include "daemon/session/session.hpp"

namespace frank::session {

namespace {

plan::LaunchRequest layer_request(const plan::SessionSettings &settings, const plan::Instance &tree,
                                  const plan::Instance &over) {
    plan::LaunchRequest request = request_for(plan::LaunchOp::make_layer, settings, plan::Network::none);
    request.instance = tree;
    request.base = over;
    return request;
}

plan::Result<void> result_of(const plan::LaunchReply &reply, const plan::LaunchRequest &request) {
    if (reply.rung == plan::Rung::none)
        return {};
    return tl::unexpected(plan::to_refusal(reply, request));
}

} // namespace

NewTop::NewTop(Context &context, Session &session, const plan::Instance &over, Amend amend, Ledger::Done done)
    : context_(context), session_(session), over_(over), top_(new_instance()), amend_(std::move(amend)),
      done_(std::move(done)) {}

void NewTop::begin() {
    guarded(
        [this] {
            context_.layers.save({top_, over_}); // before it is made: what a crash leaves is found by it
            const plan::LaunchRequest request = layer_request(session_.settings(), top_, over_);
            call_ = std::make_unique<LaunchCall>(
                context_, request, std::span<const int>(), [this, request](const plan::LaunchReply &reply) {
                    if (auto result = result_of(reply, request); !result)
                        return finish(std::move(result));
                    guarded([this] { made(); },
                            [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
                });
        },
        [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

/// A root's own tree is never taken for a layer, whatever the record says: so that record may come first.
void NewTop::made() {
    plan::SessionSettings settings = session_.settings();
    context_.layers.save({settings.instance, settings.layers.base});
    settings.instance = top_;
    settings.layers.base = over_;
    settings.layers.untouched = true;
    if (amend_)
        amend_(settings);
    session_.store(std::move(settings));
    context_.layers.remove(top_);
    finish({});
}

void NewTop::finish(plan::Result<void> result) {
    context_.mailbox.post(
        Task([done = std::exchange(done_, nullptr), result = std::move(result)] { done(result); }));
}

LayerMaking::LayerMaking(Context &context, Session &session, Ledger::Done done)
    : context_(context), session_(session), done_(std::move(done)) {}

void LayerMaking::begin() {
    guarded(
        [this] {
            const plan::SessionSettings &settings = session_.settings();
            const plan::LaunchRequest request =
                layer_request(settings, settings.instance, settings.layers.base);
            call_ = std::make_unique<LaunchCall>(
                context_, request, std::span<const int>(),
                [this, request](const plan::LaunchReply &reply) { finish(result_of(reply, request)); });
        },
        [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

void LayerMaking::finish(plan::Result<void> result) {
    context_.mailbox.post(
        Task([done = std::exchange(done_, nullptr), result = std::move(result)] { done(result); }));
}

} // namespace frank::session
