// The contract, the table of rules, polkit's policy file and the bus policy say the same.
#include "bus/bus_world.hpp"
#include "daemon/bus/actions.hpp"
#include "daemon/bus/boundary.hpp"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace frank::test {

namespace {

std::string text_of(const std::string &path) {
    std::ifstream file(std::string(FRANK_SOURCE_DIR "/") + path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::set<std::string> matches(const std::string &text, const std::string &pattern) {
    const std::regex regex(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it)
        found.insert((*it)[1]);
    return found;
}

class Policy : public BusTest {};

TEST(Rules, NameEveryMethodOfTheContractOnceAndNoOther) {
    std::set<std::string> in_contract, in_table;
    for (const char *interface : {"org.frankend1.Manager", "org.frankend1.Session", "org.frankend1.Job"})
        for (const std::string &method : matches(
                 text_of(std::string("dbus-interfaces/") + interface + ".xml"), "<method name=\"(\\w+)\""))
            in_contract.insert(std::string(interface) + "." + method);
    for (const bus::MethodRule &rule : bus::method_rules)
        EXPECT_TRUE(in_table.insert(std::string(rule.interface) + "." + std::string(rule.method)).second);
    EXPECT_EQ(in_contract.size(), 34U);
    EXPECT_EQ(in_contract, in_table);
}

TEST(Rules, NeedTheActionsOfThePolicyFileAndNoOther) {
    std::set<std::string> in_table;
    for (const bus::MethodRule &rule : bus::method_rules)
        for (const std::string_view action : {rule.own, rule.others})
            if (action != bus::public_read && action != bus::owner_right)
                in_table.emplace(action);
    EXPECT_EQ(matches(text_of("conf/org.frankend1.policy"), "<action id=\"([^\"]+)\""), in_table);
}

TEST(PolicyFile, GivesEveryActionItsOwnerAndKeepsNoGrant) {
    const std::string text = text_of("conf/org.frankend1.policy");
    const std::size_t actions = matches(text, "<action id=\"([^\"]+)\"").size();
    const std::string owner =
        "<annotate key=\"org.freedesktop.policykit.owner\">unix-user:frankend</annotate>";
    std::size_t owners = 0;
    for (std::size_t at = text.find(owner); at != std::string::npos; at = text.find(owner, at + 1))
        ++owners;
    EXPECT_EQ(owners, actions);
    EXPECT_EQ(text.find("_keep<"), std::string::npos);
    for (const char *closed : {"adopt-path", "manage-others", "host-binfmt"}) {
        const std::string action = text.substr(text.find(std::string("org.frankend1.") + closed + "\""));
        EXPECT_EQ(matches(action.substr(0, action.find("</action>")), "<allow_\\w+>(\\w+)</allow"),
                  std::set<std::string>{"auth_admin"});
    }
}

TEST(BusPolicy, ListsWhatIsAllowedAndDeniesNothingByName) {
    const std::string text = text_of("conf/org.frankend1.conf");
    EXPECT_EQ(text.find("<deny"), std::string::npos);
    EXPECT_EQ(matches(text, "allow send_destination=\"org.frankend1\" ([^s]\\S*)"), std::set<std::string>{})
        << "every rule names an interface";
}

std::string call(Caller &caller, const std::string &interface, const std::string &method) {
    return error_of([&] {
        auto proxy = caller.at(contract::manager_path);
        auto message =
            proxy->createMethodCall(contract::InterfaceName{interface}, contract::MethodName{method});
        (void)proxy->callMethod(message);
    });
}

TEST_F(Policy, OnlyListedInterfacesAreReached) {
    for (const uid_t uid : {owner_uid, uid_t{0}}) {
        const auto reach = [uid, this](const char *interface, const char *method) {
            return as(uid, [=](Caller &caller) { return call(caller, interface, method); });
        };
        EXPECT_EQ(reach("org.frankend1.Secret", "Open"), "org.freedesktop.DBus.Error.AccessDenied");
        EXPECT_EQ(reach("org.freedesktop.DBus.Properties", "Set"), "org.freedesktop.DBus.Error.AccessDenied");
        EXPECT_EQ(reach("org.freedesktop.DBus.Debug.Stats", "GetStats"),
                  "org.freedesktop.DBus.Error.AccessDenied");
        EXPECT_EQ(reach("org.freedesktop.DBus.Peer", "Ping"), "");
        EXPECT_EQ(reach("org.freedesktop.DBus.ObjectManager", "GetManagedObjects"), "");
        EXPECT_EQ(reach("org.frankend1.Manager", "NoSuchMethod"), "org.freedesktop.DBus.Error.UnknownMethod");
    }
}

TEST_F(Policy, TheNameIsTheServicesAlone) {
    for (const uid_t uid : {owner_uid, nobody_uid})
        EXPECT_EQ(as(uid,
                     [](Caller &caller) {
                         return error_of([&] {
                             caller.connection().requestName(contract::ServiceName{"org.frankend1"});
                         });
                     }),
                  "org.freedesktop.DBus.Error.AccessDenied");
}

TEST_F(Policy, EveryErrorOfTheTableHasItsName) {
    for (const ErrorEntry &entry : error_table)
        EXPECT_EQ(std::string(bus::to_error({entry.error, "x"}).getName()), entry.dbus_name);
}

} // namespace

} // namespace frank::test
