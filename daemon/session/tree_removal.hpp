// A tree in frank-launcher's storage that nobody uses any more goes, and then what is remembered of it.
#pragma once

#include "daemon/session/erasure.hpp"

#include <functional>
#include <string>

namespace frank::session {

class TreeRemoval {
  public:
    struct Order {
        plan::Instance instance;
        std::string what;             ///< for the log: "twins"
        std::function<void()> forget; ///< once the tree has gone
    };

    /// Begins at once. `done`: it is over; what could not be removed is found at the next start of frankend.
    TreeRemoval(Context &context, Order order, std::function<void()> done);

  private:
    Order order_;
    std::function<void()> done_;
    Erasure erasure_;
};

/// Of no session: for a tree that is none's, such as that of twins.
plan::SessionSettings settings_of_tree(Context &context, const plan::Instance &instance);

} // namespace frank::session
