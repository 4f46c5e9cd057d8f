// Sessions that go with their last command, and those that are kept.
#include "support/layer_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using testing::HasSubstr;
using testing::SizeIs;
using Instance = plan::Instance;
using LayersOf = test::LayerTest;

TEST_F(LayersOf, AThrowAwaySessionGoesWithItsCommand) {
    const auto trees = machine.trees.size();
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    ASSERT_TRUE(spawned) << spawned.error().message;
    const std::string name = thrown_away();
    EXPECT_THAT(name, testing::MatchesRegex("rpi3@[0-9a-f]{5}"));
    EXPECT_EQ(of(name).layers.base, of("rpi3").instance);
    EXPECT_EQ(machine.session("rpi3"), machine.inits.back().get()) << "its host name is the root's";
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
    EXPECT_EQ(ended(spawned->job).state, JobState::killed);
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
    EXPECT_EQ(machine.trees.size(), trees);
    EXPECT_TRUE(files_in(state() + "/layers").empty()) << "nothing was made of the root";
}

TEST_F(LayersOf, OneCommandMoreKeepsIt) {
    const auto first = spawn("rpi3", passing({"sleep"}));
    const std::string name = thrown_away();
    const auto second = spawn(name, command({"sleep"}));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_TRUE(ledger->signal(first->job, SIGTERM));
    (void)ended(first->job);
    settle();
    EXPECT_EQ(ledger->view(name)->state, SessionState::running);
    EXPECT_TRUE(ledger->signal(second->job, SIGTERM));
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
}

TEST_F(LayersOf, ACommandThatCannotRunTakesItsSessionWithIt) {
    const auto spawned = spawn("rpi3", passing({"missing"}));
    EXPECT_EQ(spawned.error().error, Error::command_not_found);
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
}

TEST_F(LayersOf, WhileItRunsTheRootDoesNotAndRightAfterwardsItDoes) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    EXPECT_EQ(start("rpi3").error().error, Error::busy);
    EXPECT_EQ(ledger->destroy("rpi3", true, user).error().error, Error::busy);
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
    (void)ended(spawned->job);
    EXPECT_TRUE(start("rpi3")) << "it waits for what goes";
    EXPECT_EQ(spawn("rpi3", passing({"true"})).error().error, Error::busy);
}

TEST_F(LayersOf, ThereMayBeManyOfOneRootAndTheLastGivesItFree) {
    std::vector<JobId> jobs;
    for (int i = 0; i < 3; ++i) {
        const auto spawned = spawn("rpi3", passing({"sleep"}));
        ASSERT_TRUE(spawned) << spawned.error().message;
        jobs.push_back(spawned->job);
    }
    EXPECT_THAT(ledger->session_names(), SizeIs(4));
    EXPECT_THAT(start("rpi3").error().message, HasSubstr("3 throw-away sessions of rpi3"));
    for (const JobId job : jobs) {
        EXPECT_EQ(start("rpi3").error().error, Error::busy);
        EXPECT_TRUE(ledger->signal(job, SIGTERM));
        (void)ended(job);
    }
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(LayersOf, OverADirectoryInPlaceItIsEmptiedAndTheDirectoryIsNot) {
    ASSERT_EQ(create("mine", plan::RootKind::directory).state, JobState::exited);
    ASSERT_TRUE(spawn("mine", passing({"true"})));
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
    EXPECT_EQ(machine.trees.at(of("mine").instance), test::FakeMachine::Tree::adopted);
}

TEST_F(LayersOf, AKeptOneIsASessionLikeAnyOther) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    const std::string name = thrown_away();
    const Instance tree = of(name).instance;
    const Instance root = of("rpi3").instance;
    ASSERT_TRUE(commit(name, "kept"));
    EXPECT_EQ(ended(spawned->job).state, JobState::killed);
    EXPECT_TRUE(until([&] { return !ledger->view(name); }));
    EXPECT_EQ(of("kept").instance, tree);
    EXPECT_EQ(of("kept").layers.base, root);
    EXPECT_FALSE(of("kept").layers.throw_away);
    EXPECT_EQ(of("rpi3").layers.base, root) << "which nobody changes any more";
    EXPECT_TRUE(settled());
    restart();
    EXPECT_TRUE(start("kept"));
    EXPECT_TRUE(start("rpi3"));
    EXPECT_EQ(commit("kept", "other").error().error, Error::invalid_state);
}

TEST_F(LayersOf, OneOverADirectoryInPlaceCannotBeKept) {
    ASSERT_EQ(create("mine", plan::RootKind::directory).state, JobState::exited);
    const auto spawned = spawn("mine", passing({"sleep"}));
    EXPECT_THAT(commit(thrown_away(), "kept").error().message, HasSubstr("used in place"));
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
}

TEST_F(LayersOf, ACrashBetweenTheTwoFilesOfAKeptOneLosesNothing) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    const std::string name = thrown_away();
    const std::string file = state() + "/rootfs/" + name + "/session.toml";
    const std::string copy = directory.path() + "/copy";
    std::filesystem::copy_file(file, copy);
    ASSERT_TRUE(commit(name, "kept"));
    const Instance tree = of("kept").instance;
    ledger.reset();
    std::filesystem::create_directory(state() + "/rootfs/" + name);
    std::filesystem::copy_file(copy, file);
    restart();
    EXPECT_FALSE(ledger->view(name));
    settle();
    EXPECT_TRUE(machine.trees.contains(tree));
    EXPECT_TRUE(start("kept"));
}

TEST_F(LayersOf, AfterARestartOneThatRunsGoesOnAndGoesWithItsCommand) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    const std::string name = thrown_away();
    restart();
    EXPECT_TRUE(until_state(name, SessionState::running));
    EXPECT_EQ(start("rpi3").error().error, Error::busy);
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(LayersOf, AfterAReboot) {
    ASSERT_TRUE(spawn("rpi3", passing({"sleep"})));
    ledger.reset();
    machine.inits.back()->die();
    std::filesystem::remove_all(runtime());
    restart();
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(LayersOf, ItsDirectoriesAreTheRootsAndItsAffair) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    plan::Bind bind;
    bind.target = "/srv";
    const auto bound = answer([&](auto done) { ledger->bind(thrown_away(), bind, some_file(), done); });
    EXPECT_THAT(bound.error().message, HasSubstr("sees the directories of session rpi3"));
    const auto unbound = answer([&](auto done) { ledger->unbind(thrown_away(), "/srv", done); });
    EXPECT_EQ(unbound.error().error, Error::invalid_state);
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
    EXPECT_TRUE(until([&] { return thrown_away().empty(); }));
    EXPECT_TRUE(settled());
}

TEST_F(LayersOf, AThrowAwayOneOfAThrowAwayOneIsRefused) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    EXPECT_EQ(spawn(thrown_away(), passing({"true"})).error().error, Error::invalid_state);
    EXPECT_EQ(snapshot(thrown_away(), "one").error().error, Error::invalid_state);
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
}

} // namespace
