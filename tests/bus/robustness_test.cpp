// What must not end, block or grow the service.
#include "bus/bus_world.hpp"
#include "bus/raw_message.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <set>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::test {

namespace {

class Robustness : public BusTest {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (!IsSkipped())
            make_session(owner_uid, "pi");
    }
    void expect_sound() {
        EXPECT_TRUE(server_lives());
        EXPECT_EQ(as(owner_uid, [](Caller &caller) { return std::to_string(caller.objects().size()); }), "2");
        EXPECT_EQ(server_status("Threads"), 1);
    }
};

TEST_F(Robustness, AnExceptionInAHandlerIsTheCallersErrorAndNoMore) {
    const auto start = [](Caller &caller) { return error_of([&] { caller.start("pi"); }); };
    knobs_->launch_throws = true;
    EXPECT_EQ(as(owner_uid, start), "Failed");
    EXPECT_EQ(as(owner_uid, start), "Failed");
    knobs_->launch_throws = false;
    EXPECT_EQ(as(owner_uid, start), "");
    expect_sound();
}

TEST_F(Robustness, TwoThousandMalformedMessagesChangeNothing) {
    (void)as(owner_uid, [](Caller &caller) { return error_of([&] { caller.start("nowhere"); }); });
    const long before = server_status("VmRSS");
    const Background attacker = begin_as(nobody_uid, [](Caller &) {
        std::mt19937 random(4711); // NOLINT: the same every time
        const std::string hello = Wire::call(1, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                             "org.freedesktop.DBus", "Hello", "", "");
        const std::vector<std::string> signatures{"a{sv}", "sha{sv}", "aayayaaya{uh}a{sv}", "ss",          "",
                                                  "v",     "aaaaai",  "(((((i)))))",        "a{s(a{sv}v)}"};
        const std::vector<std::string> members{
            "Start", "Spawn", "Enter", "GetAll", "CreateFromDirectory", "Introspect", "GetManagedObjects"};
        const std::vector<std::string> interfaces{contract::session_interface, contract::manager_interface,
                                                  "org.freedesktop.DBus.Properties",
                                                  "org.freedesktop.DBus.ObjectManager", ""};
        const std::vector<std::string> paths{contract::manager_path, "/org/frankend1/session/pi",
                                             "/org/frankend1/job/1", "/org/frankend1/session/_2d_", "/"};
        const auto one_of = [&random](const std::vector<std::string> &list) {
            return list[random() % list.size()];
        };
        auto bus = std::make_unique<RawBus>();
        (void)bus->send(hello);
        int thrown_out = 0;
        for (std::uint32_t i = 2; i < 2002; ++i) {
            std::string body(random() % 200, '\0');
            for (char &byte : body)
                byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 8);
            std::string message = Wire::call(i, contract::bus_name, one_of(paths), one_of(interfaces),
                                             one_of(members), one_of(signatures), body);
            if (i % 2 == 0)
                flip_bit(message, random());
            if (!bus->send(message) || bus->thrown_out()) {
                ++thrown_out;
                bus = std::make_unique<RawBus>();
                (void)bus->send(hello);
            }
        }
        return std::string(thrown_out > 0 ? "sent" : "never thrown out");
    });
    EXPECT_EQ(wait_for(attacker), "sent");
    expect_sound();
    EXPECT_LT(server_status("VmRSS") - before, 4096) << "KiB more than before";
}

TEST_F(Robustness, TwoThousandWellFormedMessagesOfNoSenseChangeNothing) {
    polkit_->mode("no");
    const Background attacker = begin_as(nobody_uid, [](Caller &caller) {
        std::mt19937 random(1147); // NOLINT: the same every time
        const std::vector<std::vector<std::string>> shapes{{"s", "h", "a{sv}"},
                                                           {"s", "s", "a{sv}"},
                                                           {"aay", "ay", "aay", "a{uh}", "a{sv}"},
                                                           {"aay", "ay", "aay", "a{sv}"},
                                                           {"i", "a{sv}"},
                                                           {"u", "u", "a{sv}"},
                                                           {"a{sv}"},
                                                           {},
                                                           {"s"},
                                                           {"s", "s"},
                                                           {"v"},
                                                           {"h"},
                                                           {"b", "u", "ay"}};
        const std::vector<const char *> members{"CreateFromDirectory",
                                                "CreateFromArchive",
                                                "CreateFromDebian",
                                                "DescribePlan",
                                                "Start",
                                                "Stop",
                                                "Destroy",
                                                "Spawn",
                                                "Enter",
                                                "Wait",
                                                "Signal",
                                                "Resize",
                                                "OpenLog",
                                                "Cancel",
                                                "GetAll",
                                                "Get",
                                                "Introspect",
                                                "GetManagedObjects"};
        const std::vector<const char *> interfaces{contract::manager_interface,
                                                   contract::session_interface,
                                                   contract::job_interface,
                                                   "org.freedesktop.DBus.Properties",
                                                   "org.freedesktop.DBus.Introspectable",
                                                   "org.freedesktop.DBus.ObjectManager"};
        const std::vector<const char *> paths{
            contract::manager_path,      "/org/frankend1/session", "/org/frankend1/job",
            "/org/frankend1/session/pi", "/org/frankend1/job/1",   "/org/frankend1/job/99999999999999999999",
            "/org/frankend1/session/_2d"};
        const contract::Underneath under(caller.connection());
        for (int i = 0; i < 2000; ++i) {
            sd_bus_message *message = nullptr;
            EXPECT_GE(sd_bus_message_new_method_call(
                          under.bus, &message, contract::bus_name, paths[random() % paths.size()],
                          interfaces[random() % interfaces.size()], members[random() % members.size()]),
                      0);
            for (const std::string &type : shapes[random() % shapes.size()])
                append_random(message, type, random);
            EXPECT_GE(sd_bus_send(under.bus, message, nullptr), 0);
            sd_bus_message_unref(message);
            while (contract::process_pending(caller.connection())) {
            }
        }
        // Answered after all those.
        return std::to_string(caller.properties(contract::manager_path, contract::manager_interface).size());
    });
    EXPECT_EQ(wait_for(attacker), "1");
    expect_sound();
}

TEST_F(Robustness, ValidMessagesOfTheWrongTypeAreRefused) {
    EXPECT_EQ(as(nobody_uid,
                 [](Caller &caller) {
                     std::set<std::string> errors;
                     for (const char *method : {"Start", "Stop", "Destroy", "Spawn", "Enter"})
                         errors.insert(error_of([&] {
                             caller.at(contract::session_path("pi"))
                                 ->callMethod(method)
                                 .onInterface(contract::session_interface)
                                 .withArguments(std::uint64_t{7});
                         }));
                     return errors.size() == 1 ? *errors.begin() : "several errors";
                 }),
              "org.freedesktop.DBus.Error.InvalidArgs");
    expect_sound();
}

TEST_F(Robustness, CallersOfAServiceThatEndsAreToldSo) {
    const std::string job = as(owner_uid, [](Caller &caller) { return caller.spawn("pi", {"sleep"}); });
    polkit_->mode("hold");
    // One connection: the Wait has arrived when polkit is asked about the Stop.
    const Background both = begin_as(owner_uid, [&](Caller &caller) {
        std::string waited;
        const auto proxy = caller.at(job);
        proxy->callMethodAsync("Wait")
            .onInterface(contract::job_interface)
            .uponReplyInvoke([&](contract::AsyncError error, const std::string &, const std::int32_t &,
                                 const std::string &, const std::string &) {
                waited = error ? std::string(error->getName()) : "it ended";
            });
        const std::string asked = error_of([&] { caller.stop("pi"); });
        for (int i = 0; i < 500 && waited.empty(); ++i)
            if (!contract::process_pending(caller.connection()))
                (void)::usleep(10'000);
        return waited + " " + asked;
    });
    until([&] { return polkit_->held() == 1; });
    ASSERT_EQ(::kill(server_, SIGTERM), 0);
    int status = -1;
    ASSERT_EQ(::waitpid(server_, &status, 0), server_);
    server_ = -1;
    EXPECT_EQ(status, 0) << "ended cleanly";
    EXPECT_EQ(wait_for(both), "org.frankend1.Error.Unavailable Unavailable");
}

TEST_F(Robustness, HugeArgumentsDoNotHoldOthersUp) {
    const Background attacker = begin_as(nobody_uid, [](Caller &caller) {
        std::set<std::string> errors;
        Variants many;
        for (int i = 0; i < 200'000; ++i)
            many.emplace("key" + std::to_string(i), sdbus::Variant{std::uint32_t{1}});
        for (int i = 0; i < 3; ++i)
            errors.insert(error_of([&] { caller.start("pi", many); }));
        return errors.size() == 1 ? *errors.begin() : "several errors";
    });
    EXPECT_EQ(wait_for(attacker), "LimitExceeded");
    expect_sound();
}

TEST_F(Robustness, CallsThatWaitAreCountedForEachUser) {
    const std::string job = as(owner_uid, [](Caller &caller) { return caller.spawn("pi", {"sleep"}); });
    // dbus-daemon itself lets one connection wait for 128 replies.
    const auto wait_often = [&job](Caller &caller) {
        auto proxy = caller.at(job);
        for (int i = 0; i < 120; ++i)
            proxy->callMethodAsync("Wait")
                .onInterface(contract::job_interface)
                .uponReplyInvoke([](contract::AsyncError, const std::string &, const std::int32_t &,
                                    const std::string &, const std::string &) {});
        // Answered after all those have been taken.
        return std::to_string(caller.properties(contract::manager_path, contract::manager_interface).size());
    };
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(as(owner_uid, wait_often), "1");
    // Those of callers that left count until the job ends.
    EXPECT_EQ(as(owner_uid, [&](Caller &caller) { return error_of([&] { (void)caller.wait(job); }); }),
              "LimitExceeded");
    EXPECT_EQ(as(other_uid, [](Caller &caller) { return std::to_string(caller.objects().size()); }), "0");
    EXPECT_EQ(as(0,
                 [&](Caller &caller) {
                     caller.at(job)
                         ->callMethod("Signal")
                         .onInterface(contract::job_interface)
                         .withArguments(std::int32_t{9}, Variants{});
                     return std::get<0>(caller.wait(job));
                 }),
              "killed");
    EXPECT_EQ(as(owner_uid, [&](Caller &caller) { return std::get<0>(caller.wait(job)); }), "killed");
}

} // namespace

} // namespace frank::test
