#include "daemon/bus/polkit_authority.hpp"

#include "authority_proxy.hpp"
#include "daemon/bus/actions.hpp"
#include "daemon/bus/boundary.hpp"

#include <algorithm>
#include <spdlog/spdlog.h>

namespace frank::bus {

namespace {

using PolkitInterface = org::freedesktop::PolicyKit1::Authority_proxy;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using Answer =
    sdbus::Struct<bool, bool, std::map<std::string, std::string>>; // authorised, challenge, details

constexpr std::size_t at_once_in_all = 64;
constexpr std::uint32_t allow_user_interaction = 1; // polkit's CheckAuthorizationFlags

std::string cancellation_of(std::uint64_t id) { return "frankend-" + std::to_string(id); }

plan::Refusal refusal(const Question &question, const std::string &why) {
    return {Error::not_authorized,
            std::string(deed_of(question.action)) + why + " (" + question.action + ")"};
}

plan::Result<void> verdict_on(const Question &question, bool authorised, bool challenge) {
    if (authorised)
        return {};
    if (!challenge)
        return tl::unexpected(refusal(question, " is not allowed to you"));
    if (question.interactive)
        return tl::unexpected(refusal(question,
                                      " needs an authorisation that no polkit agent of yours could get: "
                                      "start one, or ask an administrator"));
    return tl::unexpected(refusal(question,
                                  " needs authorisation: run it from a terminal or with a polkit agent, "
                                  "or ask an administrator"));
}

} // namespace

PolkitAuthority::PolkitAuthority(sdbus::IConnection &connection, sd_bus *bus, std::uint32_t at_once,
                                 Patience patience)
    : bus_(bus), patience_(patience),
      polkit_(sdbus::createProxy(connection, contract::ServiceName{"org.freedesktop.PolicyKit1"},
                                 sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"})),
      with_polkit_("authorisations asked for", at_once, at_once_in_all) {}

void PolkitAuthority::check(Question question, Verdict verdict) {
    const std::uint64_t id = ++last_id_;
    auto watch = std::make_unique<PeerWatch>(bus_, question.caller.name, [this, id] { caller_left(id); });
    pending_.emplace(id, Pending{std::move(question), std::move(verdict), std::move(watch), {}, {}});
    try_to_ask(id);
}

void PolkitAuthority::try_to_ask(std::uint64_t id) {
    Pending &pending = pending_.at(id);
    auto place = with_polkit_.take(pending.question.caller.uid);
    if (!place)
        return; // settle() of another one comes back
    pending.place = std::move(*place);
    try {
        ask(id, pending);
    } catch (...) {
        (void)current_error();
        settle(id, tl::unexpected(refusal(pending.question, " is refused: polkit cannot be asked")));
    }
}

// Not through the generated proxy's own methods: those have one callback for all calls, and one timeout.
void PolkitAuthority::ask(std::uint64_t id, Pending &pending) {
    const Question &question = pending.question;
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant{question.caller.name}}}};
    pending.call = polkit_->callMethodAsync("CheckAuthorization")
                       .onInterface(PolkitInterface::INTERFACE_NAME)
                       .withTimeout(question.interactive ? patience_.user : patience_.machine)
                       .withArguments(subject, question.action, question.details,
                                      question.interactive ? allow_user_interaction : std::uint32_t{0},
                                      cancellation_of(id))
                       .uponReplyInvoke([this, id](contract::AsyncError error, const Answer &answer) {
                           contained([&] { answered(id, error, std::get<0>(answer), std::get<1>(answer)); });
                       });
}

void PolkitAuthority::answered(std::uint64_t id, const contract::AsyncError &error, bool authorised,
                               bool challenge) {
    const auto found = pending_.find(id);
    if (found == pending_.end())
        return;
    const Question &question = found->second.question;
    if (!error)
        return settle(id, verdict_on(question, authorised, challenge));
    spdlog::warn("polkit gave no answer about {}: {}", question.action, error->getMessage());
    plan::Refusal silence = refusal(question, " is refused: polkit gave no answer");
    withdraw(id);
    settle(id, tl::unexpected(std::move(silence)));
}

void PolkitAuthority::caller_left(std::uint64_t id) {
    const auto found = pending_.find(id);
    if (found == pending_.end())
        return;
    if (found->second.place) {
        found->second.call.cancel();
        withdraw(id);
    }
    settle(id, tl::unexpected(plan::Refusal{Error::cancelled, "the caller left the bus"}));
}

void PolkitAuthority::settle(std::uint64_t id, plan::Result<void> result) {
    const auto node = pending_.extract(id);
    if (node.empty())
        return;
    Pending &settled = node.mapped();
    settled.place.reset();
    settled.verdict(std::move(result));

    const auto next = std::ranges::find_if(pending_, [this](const auto &entry) {
        return !entry.second.place && with_polkit_.has_room(entry.second.question.caller.uid);
    });
    if (next != pending_.end())
        try_to_ask(next->first);
}

/// polkit may still show a dialogue for what nobody waits for any more.
void PolkitAuthority::withdraw(std::uint64_t id) {
    polkit_->callMethod("CancelCheckAuthorization")
        .onInterface(PolkitInterface::INTERFACE_NAME)
        .withArguments(cancellation_of(id))
        .dontExpectReply();
}

} // namespace frank::bus
