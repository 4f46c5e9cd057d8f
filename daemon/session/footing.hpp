// Throw-away sessions lie over a root's own tree, which nothing may change meanwhile: who stands on which.
#pragma once

#include "daemon/plan/instance.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace frank::session {

class Grounds {
  public:
    /// That go on.
    std::size_t standing_on(const plan::Instance &tree) const {
        const auto found = trees_.find(tree);
        return found == trees_.end() ? 0 : found->second.standing;
    }
    /// Some stand on it, or are on their way from it.
    bool taken(const plan::Instance &tree) const { return trees_.contains(tree); }
    /// Called once, when the last has gone; in place of what was given before. Nothing where it is not taken.
    void when_free(const plan::Instance &tree, std::function<void()> call) {
        if (const auto found = trees_.find(tree); found != trees_.end())
            found->second.free = std::move(call);
    }

  private:
    friend class Footing;
    struct Tree {
        std::size_t standing = 0, leaving = 0;
        std::function<void()> free;
    };
    std::map<plan::Instance, Tree> trees_;
};

/// One session's. The Grounds outlive it.
class Footing {
  public:
    Footing(Grounds &grounds, const plan::Instance &tree) : grounds_(grounds), tree_(tree) {
        ++grounds_.trees_[tree_].standing;
    }
    Footing(const Footing &) = delete;
    Footing &operator=(const Footing &) = delete;
    ~Footing() {
        Grounds::Tree &tree = grounds_.trees_.at(tree_);
        --(leaving_ ? tree.leaving : tree.standing);
        if (tree.standing + tree.leaving > 0)
            return;
        const auto free = std::move(tree.free);
        grounds_.trees_.erase(tree_);
        if (free)
            free();
    }
    /// It is about to go, whatever happens.
    void leave() {
        if (std::exchange(leaving_, true))
            return;
        --grounds_.trees_.at(tree_).standing;
        ++grounds_.trees_.at(tree_).leaving;
    }

  private:
    Grounds &grounds_;
    plan::Instance tree_;
    bool leaving_ = false;
};

} // namespace frank::session
