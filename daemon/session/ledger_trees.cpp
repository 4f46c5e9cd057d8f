// The ledger: trees that roots have together, which go with the last of them.
#include "daemon/session/ledger_impl.hpp"

#include <algorithm>

namespace frank::session {

/// Twins that no root refers to go, but not while some may be on their way to one; `incomplete`: those too
/// that were never finished.
void Ledger::Impl::collect_twins(bool incomplete) {
    const auto busy = [](const auto &entry) { return entry.second->acceleration().busy(); };
    if (std::ranges::any_of(sessions, busy))
        return;
    for (const plan::Twins &twins : context.twins.all()) {
        const auto uses = [&](const auto &entry) {
            return entry.second->acceleration().record().twins == twins.digest;
        };
        const bool wanted = twins.digest.empty() ? !incomplete : std::ranges::any_of(sessions, uses);
        if (wanted)
            continue;
        remove_tree(
            {twins.instance, "twins", [this, instance = twins.instance] { context.twins.remove(instance); }});
    }
}

/// What no root can use any more goes.
void Ledger::Impl::collect_caches() {
    for (const plan::CompilerCache &cache : context.caches.all()) {
        const auto served = [&](const auto &entry) { return entry.second->may_use(cache); };
        if (std::ranges::any_of(sessions, served))
            continue;
        context.caches.give_up(cache.instance);
        remove_tree({cache.instance, "a compiler cache",
                     [this, instance = cache.instance] { context.caches.remove(instance); }});
    }
}

void Ledger::Impl::remove_tree(TreeRemoval::Order order) {
    const plan::Instance instance = order.instance;
    if (removals_.contains(instance))
        return;
    const auto over = [this, instance] {
        auto node = removals_.extract(instance);
        context.mailbox.post(Task([dead = std::move(node.mapped())] {}));
    };
    removals_.emplace(instance, std::make_unique<TreeRemoval>(context, std::move(order), over));
}

} // namespace frank::session
