#include "daemon/session/twin_store.hpp"

namespace frank::session {

const plan::Twins *TwinStore::find(const std::string &digest) const {
    const auto found = std::ranges::find(all(), digest, &plan::Twins::digest);
    return found == all().end() || digest.empty() ? nullptr : &*found;
}

const plan::Twins *TwinStore::newest(const std::string &suite, plan::Arch arch) const {
    const plan::Twins *best = nullptr;
    for (const plan::Twins &each : all())
        // Without a suite they are of a directory that somebody gave for a root of theirs alone.
        if (!each.digest.empty() && !suite.empty() && each.suite == suite && each.arch == arch &&
            (best == nullptr || best->created < each.created))
            best = &each;
    return best;
}

} // namespace frank::session
