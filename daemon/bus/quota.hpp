// How much of something each uid may have at once: a place is taken, and given back when its last copy goes.
#pragma once

#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace frank::bus {

class Quota {
  public:
    using Place = std::shared_ptr<void>;

    /// `what` completes "too many ... at once".
    Quota(std::string what, std::size_t per_uid, std::size_t total)
        : what_(std::move(what)), per_uid_(per_uid), total_(total) {}

    bool has_room(std::uint32_t uid) const {
        const auto found = taken_->find(uid);
        return (found == taken_->end() || found->second < per_uid_) && sum() < total_;
    }

    plan::Result<Place> take(std::uint32_t uid) {
        if (!has_room(uid))
            return plan::refuse(Error::limit_exceeded,
                                "too many " + what_ + " at once: wait for one of them to end");
        ++(*taken_)[uid];
        // Not a null pointer: a Place that is held tests as true.
        return Place(taken_.get(), [taken = taken_, uid](void *) {
            if (--(*taken)[uid] == 0)
                taken->erase(uid);
        });
    }

  private:
    std::size_t sum() const {
        std::size_t all = 0;
        for (const auto &[uid, count] : *taken_)
            all += count;
        return all;
    }

    std::string what_;
    std::size_t per_uid_;
    std::size_t total_;
    /// Shared with the places, which may outlive the quota.
    std::shared_ptr<std::map<std::uint32_t, std::size_t>> taken_ =
        std::make_shared<std::map<std::uint32_t, std::size_t>>();
};

} // namespace frank::bus
