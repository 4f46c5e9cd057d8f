#include "daemon/bus/surroundings.hpp"

#include "daemon/bus/actions.hpp"
#include "daemon/bus/boundary.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "daemon/session/findings.hpp"
#include "dbus-interfaces/names.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>

namespace frank::bus {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr const char *bus_daemon = "org.freedesktop.DBus";
constexpr std::size_t shown = 160;

/// polkit's PolkitActionDescription: id, description, message, vendor, vendor's url, icon, what is implied
/// for anybody, for the inactive and for the active, annotations.
using Action = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                             std::uint32_t, std::uint32_t, std::uint32_t, std::map<std::string, std::string>>;

std::set<std::string> our_actions() {
    std::set<std::string> actions;
    for (const MethodRule &rule : method_rules)
        for (const std::string_view action : {rule.own, rule.others})
            if (action != public_read && action != owner_right)
                actions.emplace(action);
    return actions;
}

session::Finding no_polkit(const contract::AsyncError &error) {
    return session::failure("polkit",
                            "gives no answer (" + plan::printable(error->getMessage(), shown) +
                                "): only root may do anything but look",
                            "apt-get install polkitd, and see systemctl status polkit");
}

} // namespace

session::Finding bus_policy_finding(const std::string &forbidden) {
    if (forbidden == "org.freedesktop.DBus.Error.AccessDenied")
        return session::ok("bus policy", "in force");
    return session::failure("bus policy",
                            "a call that it forbids got through" +
                                (forbidden.empty() ? "" : " (" + plan::printable(forbidden, shown) + ")"),
                            "see that org.frankend1.conf lies in /usr/share/dbus-1/system.d and that nothing "
                            "in /etc/dbus-1/system.d undoes it; then systemctl reload dbus");
}

session::Finding bus_start_finding(std::span<const std::string> activatable) {
    if (std::ranges::find(activatable, contract::bus_name) != activatable.end())
        return session::ok("bus", "frankend is started when it is called");
    return session::warning("bus", "nothing starts frankend when it is called",
                            "see that org.frankend1.service lies in /usr/share/dbus-1/system-services, then "
                            "systemctl reload dbus; or systemctl enable frankend");
}

session::Finding polkit_finding(std::span<const std::string> known) {
    std::string missing;
    for (const std::string &action : our_actions())
        if (std::ranges::find(known, action) == known.end())
            missing += (missing.empty() ? "" : ", ") + action;
    if (missing.empty())
        return session::ok("polkit", "answers, and knows what frankend asks it");
    return session::failure("polkit", "does not know " + missing + ": only root may do these",
                            "see that org.frankend1.policy lies in /usr/share/polkit-1/actions, then "
                            "systemctl restart polkit");
}

/// Findings in their own order, whoever answers first.
class Surroundings::Look {
  public:
    explicit Look(Done done) : done_(std::move(done)) {}

    void add(std::size_t place, std::optional<session::Finding> finding) {
        found_.at(place) = std::move(finding);
        if (++answered_ < found_.size())
            return;
        Findings all;
        for (const auto &one : found_)
            if (one)
                all.push_back(*one);
        done_(all);
    }

  private:
    Done done_;
    std::array<std::optional<session::Finding>, 3> found_;
    std::size_t answered_ = 0;
};

Surroundings::Surroundings(sdbus::IConnection &connection)
    : bus_(sdbus::createProxy(connection, contract::ServiceName{bus_daemon},
                              sdbus::ObjectPath{"/org/freedesktop/DBus"})),
      self_(sdbus::createProxy(connection, contract::ServiceName{contract::bus_name},
                               sdbus::ObjectPath{contract::manager_path})),
      polkit_(sdbus::createProxy(connection, contract::ServiceName{"org.freedesktop.PolicyKit1"},
                                 sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"})) {}

void Surroundings::look(Done done) {
    const auto look = std::make_shared<Look>(std::move(done));
    ask_bus(look);
    ask_polkit(look);
}

void Surroundings::ask_bus(const std::shared_ptr<Look> &look) {
    bus_->callMethodAsync("ListActivatableNames")
        .onInterface(bus_daemon)
        .withTimeout(patience)
        .uponReplyInvoke([look](contract::AsyncError error, const std::vector<std::string> &names) {
            contained([&] { look->add(0, error ? std::nullopt : std::optional(bus_start_finding(names))); });
        });
    // The policy holds for everybody, us too; and nothing of ours can be written to, should it get through.
    self_->callMethodAsync("Set")
        .onInterface("org.freedesktop.DBus.Properties")
        .withTimeout(patience)
        .withArguments(std::string(contract::manager_interface), std::string("Version"),
                       sdbus::Variant{std::string()})
        .uponReplyInvoke([look](contract::AsyncError error) {
            contained([&] {
                look->add(1, bus_policy_finding(error ? std::string(error->getName()) : std::string()));
            });
        });
}

void Surroundings::ask_polkit(const std::shared_ptr<Look> &look) {
    polkit_->callMethodAsync("EnumerateActions")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withTimeout(patience)
        .withArguments(std::string()) // a locale
        .uponReplyInvoke([look](contract::AsyncError error, const std::vector<Action> &actions) {
            contained([&] {
                if (error)
                    return look->add(2, no_polkit(error));
                std::vector<std::string> known;
                known.reserve(actions.size());
                for (const Action &action : actions)
                    known.push_back(std::get<0>(action));
                look->add(2, polkit_finding(known));
            });
        });
}

} // namespace frank::bus
