// Snapshots and clones: what the ledger makes of them, and what a crash leaves.
#include "support/layer_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using testing::HasSubstr;
using testing::SizeIs;
using Instance = plan::Instance;
using LayersOf = test::LayerTest;

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

} // namespace
