// What frankend needs of the bus and of polkit, for `frankctl doctor`: looked at without waiting for either.
#pragma once

#include "daemon/session/machine.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace frank::bus {

/// `forbidden`: what became of a call that our policy allows to nobody, as the name of its error.
session::Finding bus_policy_finding(const std::string &forbidden);
/// `activatable`: the names that the bus starts a service for.
session::Finding bus_start_finding(std::span<const std::string> activatable);
/// `known`: the actions of all programs that polkit has read a policy of.
session::Finding polkit_finding(std::span<const std::string> known);

class Surroundings {
  public:
    using Findings = std::vector<session::Finding>;
    using Done = std::function<void(const Findings &)>;

    /// The connection is not owned.
    explicit Surroundings(sdbus::IConnection &connection);

    /// `done` is called once, from the event loop, when all have answered or had the time to. Looks may
    /// overlap.
    void look(Done done);

  private:
    class Look;

    void ask_bus(const std::shared_ptr<Look> &look);
    void ask_polkit(const std::shared_ptr<Look> &look);

    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> self_;
    std::unique_ptr<sdbus::IProxy> polkit_;
};

} // namespace frank::bus
