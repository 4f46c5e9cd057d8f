// STATE/caches/INSTANCE.toml: what compilers made, which frank-launcher keeps for us outside of the roots.
#pragma once

#include "daemon/plan/compiler_cache.hpp"
#include "daemon/session/record_store.hpp"

#include <set>
#include <string>

namespace frank::session {

class CacheStore : public RecordStore<plan::CompilerCache> {
  public:
    explicit CacheStore(const std::string &state)
        : RecordStore(state, "caches", plan::compiler_cache_from_toml) {}

    /// nullptr where there is none; valid until the next save() or remove().
    const plan::CompilerCache *find(const plan::CacheKey &key) const {
        const auto found = std::ranges::find_if(
            all(), [&](const auto &each) { return each.key == key && !given_up_.contains(each.instance); });
        return found == all().end() ? nullptr : &*found;
    }
    /// It is about to be removed: nobody finds it any more.
    void give_up(const plan::Instance &instance) { given_up_.insert(instance); }

  private:
    std::set<plan::Instance> given_up_;
};

} // namespace frank::session
