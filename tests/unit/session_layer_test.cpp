// Snapshots, clones, and sessions that are thrown away: what the ledger makes of them, and what a crash
// leaves.
#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Instance = plan::Instance;

class LayersOf : public test::LedgerTest {
  protected:
    void SetUp() override {
        patience.launch = std::chrono::milliseconds(500);
        patience.shutdown = patience.kill = patience.retry = std::chrono::milliseconds(40);
        restart();
        ASSERT_EQ(create("rpi3").state, JobState::exited);
    }
    template <class Call> plan::Result<void> answer(Call call) {
        std::optional<plan::Result<void>> result;
        call([&result](const plan::Result<void> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "it is not answered";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    plan::Result<void> snapshot(const std::string &name, const std::string &tag) {
        return answer([&](auto done) { ledger->snapshot(name, tag, done); });
    }
    plan::Result<void> rollback(const std::string &name, const std::string &tag) {
        return answer([&](auto done) { ledger->rollback(name, tag, done); });
    }
    plan::Result<void> clone(const std::string &name, const std::string &to, std::uint32_t owner = user) {
        return answer([&](auto done) { ledger->clone(name, *plan::SessionName::parse(to), owner, done); });
    }
    plan::Result<void> commit(const std::string &name, const std::string &to) {
        return answer([&](auto done) { ledger->commit(name, *plan::SessionName::parse(to), done); });
    }
    static plan::SpawnRequest passing(std::vector<std::string> argv) {
        plan::SpawnRequest request = command(std::move(argv));
        request.throw_away = true;
        return request;
    }
    /// Runs, so that its tree is not untouched any more.
    void use(const std::string &name) {
        ASSERT_TRUE(start(name));
        ASSERT_TRUE(stop(name));
    }
    plan::SessionSettings of(const std::string &name) { return ledger->view(name)->settings; }
    bool settled() {
        return until([&] { return ledger->idle(); }) &&
               until([&] { return machine.trees.size() == known(); });
    }
    /// Trees that somebody refers to.
    std::size_t known() { return ledger->session_names().size() + files_in(state() + "/layers").size(); }
    std::string thrown_away() {
        for (const std::string &name : ledger->session_names())
            if (name.find('@') != std::string::npos)
                return name;
        return "";
    }
};

TEST_F(LayersOf, ASnapshotIsALayerUnderANewTree) {
    const Instance before = of("rpi3").instance;
    ASSERT_TRUE(snapshot("rpi3", "clean"));
    const auto after = of("rpi3");
    EXPECT_NE(after.instance, before);
    EXPECT_EQ(after.layers.base, before);
    ASSERT_THAT(after.layers.snapshots, SizeIs(1));
    EXPECT_EQ(after.layers.snapshots[0].tag, "clean");
    EXPECT_EQ(after.layers.snapshots[0].instance, before);
    EXPECT_TRUE(settled());
    restart();
    EXPECT_EQ(of("rpi3").layers, after.layers);
    EXPECT_TRUE(start("rpi3"));
    EXPECT_EQ(machine.session("rpi3")->request.instance, after.instance);
}

TEST_F(LayersOf, OneOfWhatDidNotChangeTakesNoLayer) {
    ASSERT_TRUE(snapshot("rpi3", "one"));
    ASSERT_TRUE(snapshot("rpi3", "two"));
    EXPECT_EQ(machine.count(plan::LaunchOp::make_layer), 1U);
    EXPECT_EQ(of("rpi3").layers.find("one")->instance, of("rpi3").layers.find("two")->instance);
    use("rpi3");
    ASSERT_TRUE(snapshot("rpi3", "three"));
    EXPECT_EQ(machine.count(plan::LaunchOp::make_layer), 2U);
    restart();
    EXPECT_THAT(of("rpi3").layers.snapshots, SizeIs(3));
}

TEST_F(LayersOf, ARollbackThrowsAwayWhatCameAfter) {
    ASSERT_TRUE(snapshot("rpi3", "clean"));
    use("rpi3");
    const Instance changed = of("rpi3").instance;
    ASSERT_TRUE(rollback("rpi3", "clean"));
    EXPECT_EQ(of("rpi3").layers.base, of("rpi3").layers.find("clean")->instance);
    EXPECT_NE(of("rpi3").instance, changed);
    EXPECT_TRUE(settled());
    EXPECT_FALSE(machine.trees.contains(changed)) << "nobody needs it";
    EXPECT_TRUE(machine.trees.contains(of("rpi3").layers.base));
}

TEST_F(LayersOf, SnapshotsAfterTheOneThatIsRolledBackToStay) {
    ASSERT_TRUE(snapshot("rpi3", "one"));
    use("rpi3");
    ASSERT_TRUE(snapshot("rpi3", "two"));
    ASSERT_TRUE(rollback("rpi3", "one"));
    use("rpi3");
    ASSERT_TRUE(rollback("rpi3", "two"));
    EXPECT_EQ(of("rpi3").layers.base, of("rpi3").layers.find("two")->instance);
    EXPECT_TRUE(settled());
}

TEST_F(LayersOf, ATakenAwaySnapshotGoesWithItsLastUse) {
    ASSERT_TRUE(snapshot("rpi3", "one"));
    const Instance layer = of("rpi3").layers.base;
    ASSERT_TRUE(ledger->remove_snapshot("rpi3", "one"));
    EXPECT_TRUE(settled());
    EXPECT_TRUE(machine.trees.contains(layer)) << "the root lies over it";
    EXPECT_EQ(ledger->remove_snapshot("rpi3", "one").error().error, Error::invalid_argument);
    use("rpi3");
    ASSERT_TRUE(snapshot("rpi3", "two"));
    ASSERT_TRUE(clone("rpi3", "other"));
    const auto job = ledger->destroy("rpi3", false, user);
    EXPECT_EQ(ended(*job).state, JobState::exited);
    EXPECT_TRUE(settled());
    EXPECT_TRUE(machine.trees.contains(layer)) << "the clone lies over it";
    EXPECT_EQ(ended(*ledger->destroy("other", false, user)).state, JobState::exited);
    EXPECT_TRUE(until([&] { return machine.trees.empty() && files_in(state() + "/layers").empty(); }));
}

TEST_F(LayersOf, WhatRunsIsNotSnapshotNorRolledBackNorCloned) {
    ASSERT_TRUE(snapshot("rpi3", "one"));
    ASSERT_TRUE(start("rpi3"));
    for (const auto &refused : {snapshot("rpi3", "two"), rollback("rpi3", "one"), clone("rpi3", "other")}) {
        EXPECT_EQ(refused.error().error, Error::busy);
        EXPECT_THAT(refused.error().message, HasSubstr("stop it first"));
    }
    EXPECT_EQ(machine.count(plan::LaunchOp::make_layer), 1U);
}

TEST_F(LayersOf, ADirectoryInPlaceHasNoSnapshots) {
    ASSERT_EQ(create("mine", plan::RootKind::directory).state, JobState::exited);
    EXPECT_THAT(snapshot("mine", "one").error().message, HasSubstr("used in place"));
    EXPECT_EQ(clone("mine", "other").error().error, Error::invalid_state);
}

TEST_F(LayersOf, ASnapshotThatFailsChangesNothing) {
    const auto before = of("rpi3");
    machine.fail(plan::LaunchOp::make_layer, plan::Rung::storage, ENOSPC);
    EXPECT_EQ(snapshot("rpi3", "one").error().error, Error::no_space);
    EXPECT_EQ(of("rpi3").layers, before.layers);
    EXPECT_EQ(of("rpi3").instance, before.instance);
    EXPECT_TRUE(settled());
    machine.failures.clear();
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(LayersOf, TheSameTagTwiceIsRefused) {
    ASSERT_TRUE(snapshot("rpi3", "one"));
    use("rpi3");
    EXPECT_EQ(snapshot("rpi3", "one").error().error, Error::already_exists);
    EXPECT_THAT(rollback("rpi3", "none").error().message, HasSubstr("no snapshot none"));
}

TEST_F(LayersOf, WhatACrashLeavesOfASnapshotIsFoundAndTakenAway) {
    const auto before = of("rpi3");
    machine.silent.insert(plan::LaunchOp::make_layer);
    ledger->snapshot("rpi3", "one", [](const plan::Result<void> &) {});
    settle();
    EXPECT_THAT(files_in(state() + "/layers"), SizeIs(1)) << "it is written down before it is made";
    machine.trees[*plan::instance_from_text(files_in(state() + "/layers")[0].substr(0, 32))] =
        test::FakeMachine::Tree::made;
    machine.silent.clear();
    restart();
    EXPECT_TRUE(until([&] { return machine.trees.size() == 1 && files_in(state() + "/layers").empty(); }));
    EXPECT_EQ(of("rpi3").instance, before.instance);
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(LayersOf, ACloneSharesAllAndHasItsOwnChanges) {
    ASSERT_TRUE(clone("rpi3", "other"));
    const auto from = of("rpi3");
    const auto to = of("other");
    EXPECT_EQ(from.layers.base, to.layers.base);
    EXPECT_NE(from.instance, to.instance);
    EXPECT_NE(from.id_base, to.id_base);
    EXPECT_EQ(to.source, "rpi3");
    EXPECT_EQ(to.arch, from.arch);
    EXPECT_TRUE(start("rpi3"));
    EXPECT_TRUE(start("other"));
}

TEST_F(LayersOf, ManyClonesOfARootThatDoesNotChangeAreOverOneLayer) {
    config.limits.sessions = 100;
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(clone("rpi3", "c" + std::to_string(i)));
    EXPECT_THAT(files_in(state() + "/layers"), SizeIs(1));
    EXPECT_EQ(clone("rpi3", "c3").error().error, Error::already_exists);
}

TEST_F(LayersOf, ACloneThatFailsLeavesNothing) {
    ASSERT_TRUE(clone("rpi3", "first"));
    machine.fail(plan::LaunchOp::make_layer, plan::Rung::storage, ENOSPC);
    EXPECT_EQ(clone("rpi3", "other").error().error, Error::no_space);
    EXPECT_TRUE(until([&] { return !ledger->view("other"); }));
    EXPECT_TRUE(settled());
}

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

TEST_F(LayersOf, AThrowAwayOneOfAThrowAwayOneIsRefused) {
    const auto spawned = spawn("rpi3", passing({"sleep"}));
    EXPECT_EQ(spawn(thrown_away(), passing({"true"})).error().error, Error::invalid_state);
    EXPECT_EQ(snapshot(thrown_away(), "one").error().error, Error::invalid_state);
    EXPECT_TRUE(ledger->signal(spawned->job, SIGTERM));
}

} // namespace
