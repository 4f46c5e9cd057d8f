#include "client/failure.hpp"

#include <gtest/gtest.h>

using namespace frank;
using namespace frank::client;

namespace {

std::string line_of(const std::string &name) { return failure_of(name, "details", "session 'rpi3'").what(); }

} // namespace

TEST(FrankctlFailure, SaysHowToStartFrankend) {
    EXPECT_EQ(line_of("org.freedesktop.DBus.Error.ServiceUnknown"),
              "frankend is not running; start it with: systemctl start frankend");
}

TEST(FrankctlFailure, SaysWhereToLookWhenFrankendCannotStart) {
    EXPECT_EQ(line_of("org.freedesktop.DBus.Error.Spawn.ChildExited"),
              "frankend could not be started (details); see: journalctl -u frankend");
    EXPECT_EQ(line_of("org.freedesktop.systemd1.UnitMasked"),
              "frankend could not be started (details); see: journalctl -u frankend");
}

TEST(FrankctlFailure, SaysThatFrankendWentAway) {
    EXPECT_EQ(line_of("org.freedesktop.DBus.Error.NoReply"),
              "frankend went away before it answered; see: journalctl -u frankend");
}

TEST(FrankctlFailure, NamesTheObjectThatIsNotThere) {
    EXPECT_EQ(line_of("org.freedesktop.DBus.Error.UnknownObject"),
              "there is no session 'rpi3', or it is not yours");
}

TEST(FrankctlFailure, KeepsFrankendsOwnWords) {
    EXPECT_EQ(line_of("org.frankend1.Error.Busy"), "details");
    EXPECT_EQ(failure_of("org.frankend1.Error.Busy", "", "job 7").what(), std::string("job 7: Busy"));
}

TEST(FrankctlFailure, HasTheExitStatusOfTheErrorTable) {
    for (const ErrorEntry &entry : error_table)
        EXPECT_EQ(failure_of(std::string(entry.dbus_name), "", "").exit_status(), entry.exit_status)
            << entry.dbus_name;
    EXPECT_EQ(failure_of("org.freedesktop.DBus.Error.AccessDenied", "", "").exit_status(), 125);
    EXPECT_EQ(failure_of("org.frankend1.Error.OfALaterVersion", "", "").exit_status(), 125);
}
