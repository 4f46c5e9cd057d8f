// What polkit is asked, and what happens while it thinks.
#include "bus/bus_world.hpp"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace frank::test {

namespace {

class Authorisation : public BusTest {
  protected:
    void SetUp() override {
        BusTest::SetUp();
        if (!IsSkipped())
            make_session(owner_uid, "pi");
    }
};

TEST_F(Authorisation, AskedNothingMeansNotAllowedWhenPolkitIsSilent) {
    polkit_->mode("silent");
    EXPECT_EQ(as(owner_uid, [](Caller &caller) { return error_of([&] { caller.start("pi"); }); }),
              "NotAuthorized");
    EXPECT_EQ(polkit_->cancelled(), 1U);
}

TEST_F(Authorisation, ADirectoryOfSomebodyElseNeedsAdoptPathAndShowsItsRealName) {
    const std::string foreign = directory_of(0);
    const auto create = [&](Caller &caller) {
        return error_of([&] {
            (void)caller.create("fresh", ::open(foreign.c_str(), O_RDONLY),
                                {{"source", sdbus::Variant{std::string("/harmless")}}});
        });
    };
    EXPECT_EQ(as(owner_uid, create), "");
    const Asked asked = polkit_->last();
    EXPECT_EQ(asked.action, "org.frankend1.adopt-path");
    EXPECT_EQ(asked.details.at("path"), foreign);
    EXPECT_EQ(asked.details.at("source"), "/harmless");
    EXPECT_EQ(asked.details.at("session"), "fresh");
}

TEST_F(Authorisation, TheDetailsSayWhatWillHappen) {
    EXPECT_EQ(as(owner_uid,
                 [](Caller &caller) {
                     return error_of([&] {
                         (void)caller.spawn("pi", {"echo", "a\nb"}, {},
                                            {{"user", sdbus::Variant{std::string("games")}},
                                             {"interactive", sdbus::Variant{true}}});
                     });
                 }),
              "");
    const Asked asked = polkit_->last();
    EXPECT_EQ(asked.details, (std::map<std::string, std::string>{
                                 {"session", "pi"}, {"program", "echo a\\nb"}, {"user", "games"}}));
    EXPECT_EQ(asked.flags, 1U) << "the user may be asked";

    (void)as(other_uid, [](Caller &caller) { return error_of([&] { caller.start("pi"); }); });
    EXPECT_EQ(polkit_->last().details.at("user"), "daemon") << "who owns the session";
}

TEST_F(Authorisation, ArgumentsAreCheckedBeforePolkitIsAsked) {
    const std::uint32_t before = polkit_->asked();
    EXPECT_EQ(as(owner_uid, [](Caller &caller) { return error_of([&] { (void)caller.create("../x", 0); }); }),
              "InvalidArgument");
    EXPECT_EQ(as(owner_uid, [](Caller &caller) { return error_of([&] { (void)caller.spawn("pi", {}); }); }),
              "InvalidArgument");
    EXPECT_EQ(as(owner_uid, [](Caller &caller) { return error_of([&] { caller.start("nowhere"); }); }),
              "NoSuchSession");
    EXPECT_EQ(polkit_->asked(), before);
}

TEST_F(Authorisation, ACallerThatLeavesWhilePolkitThinksChangesNothing) {
    const std::uint32_t cancelled_before = polkit_->cancelled();
    polkit_->mode("hold");
    const Background caller = begin_as(owner_uid, [](Caller &c) { return c.spawn("pi", {"echo", "never"}); });
    until([&] { return polkit_->held() == 1; });
    ASSERT_EQ(::kill(caller.pid, SIGKILL), 0);
    (void)wait_for(caller);
    until([&] { return polkit_->cancelled() == cancelled_before + 1; });
    polkit_->release(true);
    for (const auto &[path, interfaces] : Caller().objects())
        if (interfaces.contains(contract::job_interface)) {
            const auto description =
                interfaces.at(contract::job_interface).at("Description").get<std::string>();
            EXPECT_NE(description, "echo never");
        }
    EXPECT_TRUE(server_lives());
}

TEST_F(Authorisation, ManyCallersLeaveAtRandomMomentsAndNothingIsGranted) {
    polkit_->mode("no");
    for (int i = 0; i < 100; ++i) {
        const Background caller = begin_as(owner_uid, [](Caller &c) {
            return c.spawn("pi", {"echo", "never"});
        });
        (void)::usleep(static_cast<useconds_t>(i * 100));
        (void)::kill(caller.pid, SIGKILL);
        (void)wait_for(caller);
    }
    EXPECT_TRUE(server_lives());
    for (const auto &[path, interfaces] : Caller().objects())
        if (interfaces.contains(contract::job_interface)) {
            const auto description =
                interfaces.at(contract::job_interface).at("Description").get<std::string>();
            EXPECT_NE(description, "echo never");
        }
}

TEST_F(Authorisation, WhatRunsIsWhatPolkitWasAskedAbout) {
    polkit_->mode("hold");
    const auto description_of = [](const char *word) {
        return [word](Caller &caller) {
            const std::string job = caller.spawn("pi", {"echo", word});
            return caller.properties(job, contract::job_interface).at("Description").get<std::string>();
        };
    };
    const Background first = begin_as(owner_uid, description_of("first"));
    until([&] { return polkit_->held() == 1; });
    const Background second = begin_as(owner_uid, description_of("second"));
    until([&] { return polkit_->held() == 2; });
    polkit_->release(true);
    EXPECT_EQ(wait_for(first), "echo first");
    EXPECT_EQ(wait_for(second), "echo second");
}

TEST_F(Authorisation, ASessionThatIsReplacedMeanwhileIsNotTheOneThatWasAllowed) {
    make_session(owner_uid, "swap");
    polkit_->mode("hold");
    const Background caller =
        begin_as(owner_uid, [](Caller &c) { return error_of([&] { (void)c.spawn("swap", {"true"}); }); });
    until([&] { return polkit_->held() == 1; });
    const std::string path = directory_of(0);
    EXPECT_EQ(as(0,
                 [&](Caller &root) {
                     const bool gone = root.succeeded(root.destroy("swap"));
                     const bool back = root.succeeded(root.create("swap", ::open(path.c_str(), O_RDONLY)));
                     return std::string(gone && back ? "replaced" : "not replaced");
                 }),
              "replaced");
    polkit_->release(true);
    EXPECT_EQ(wait_for(caller), "NoSuchSession");
}

TEST_F(Authorisation, PolkitIsAskedFourQuestionsOfAUserAtOnceAndTheRestWait) {
    polkit_->mode("hold");
    std::vector<Background> callers;
    callers.reserve(10);
    for (int i = 0; i < 10; ++i)
        callers.push_back(begin_as(owner_uid, [](Caller &c) { return error_of([&] { c.start("pi"); }); }));
    until([&] { return polkit_->held() == 4; });
    EXPECT_EQ(as(nobody_uid,
                 [](Caller &c) {
                     return c.properties(contract::manager_path, contract::manager_interface)
                         .at("Version")
                         .get<std::string>();
                 })
                  .empty(),
              false)
        << "others are served meanwhile";
    EXPECT_EQ(polkit_->held(), 4U);
    for (int i = 0; i < 3; ++i) {
        const std::uint32_t before = polkit_->asked();
        polkit_->release(true);
        until([&] { return i == 2 || polkit_->asked() > before; });
    }
    polkit_->mode("yes");
    polkit_->release(true);
    for (const Background &caller : callers)
        EXPECT_EQ(wait_for(caller), "");
}

} // namespace

} // namespace frank::test
