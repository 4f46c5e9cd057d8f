#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using test::FakeOutcome;
using testing::HasSubstr;

class Destroy : public test::LedgerTest {
  protected:
    void SetUp() override {
        patience.shutdown = patience.kill = std::chrono::milliseconds(60);
        restart();
        ASSERT_EQ(create("rpi3").state, JobState::exited);
    }
    Job destroy(bool force) {
        const auto job = ledger->destroy("rpi3", force, user);
        EXPECT_TRUE(job) << job.error().message;
        return job ? ended(*job) : Job{};
    }
    void expect_gone() {
        EXPECT_TRUE(until([&] { return ledger->idle(); }));
        expect_nothing_left();
        EXPECT_TRUE(record.has("session_removed rpi3 1000"));
    }
};

TEST_F(Destroy, EmptiesTheTreeAndForgetsIt) {
    const Job job = destroy(false);
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(job.kind, JobKind::destroy);
    expect_gone();
    EXPECT_EQ(create("rpi3").state, JobState::exited) << "the name is free again";
}

TEST_F(Destroy, NeverEmptiesADirectoryUsedInPlace) {
    ASSERT_EQ(create("mine", plan::RootKind::directory).state, JobState::exited);
    const std::size_t workshops = machine.count(plan::LaunchOp::start_workshop);
    EXPECT_EQ(ended(*ledger->destroy("mine", false, user)).state, JobState::exited);
    EXPECT_EQ(machine.count(plan::LaunchOp::start_workshop), workshops);
}

TEST_F(Destroy, NeverEmptiesADirectoryEvenWhereTheLauncherCallsItFull) {
    ASSERT_EQ(create("mine", plan::RootKind::directory).state, JobState::exited);
    const std::size_t workshops = machine.count(plan::LaunchOp::start_workshop);
    machine.fail(plan::LaunchOp::drop_tree, plan::Rung::storage, ENOTEMPTY);
    EXPECT_EQ(ended(*ledger->destroy("mine", false, user)).state, JobState::failed);
    EXPECT_EQ(machine.count(plan::LaunchOp::start_workshop), workshops);
}

TEST_F(Destroy, RefusesARunningSessionWithoutForce) {
    ASSERT_TRUE(start("rpi3"));
    const auto refused = ledger->destroy("rpi3", false, user);
    EXPECT_EQ(refused.error().error, Error::busy);
    EXPECT_THAT(refused.error().message, HasSubstr("--force"));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::running);
    EXPECT_FALSE(ledger->view("rpi3")->settings.doomed);
}

TEST_F(Destroy, StopsARunningSessionFirstWhenForced) {
    ASSERT_TRUE(start("rpi3"));
    const JobId id = run("rpi3", {"sleep"});
    const auto job = ledger->destroy("rpi3", true, user);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::destroying);
    EXPECT_EQ(start("rpi3").error().error, Error::invalid_state);
    EXPECT_EQ(spawn("rpi3", command({"true"})).error().error, Error::invalid_state);
    EXPECT_EQ(ledger->destroy("rpi3", true, user).error().error, Error::busy);
    EXPECT_EQ(ledger->cancel(*job).error().error, Error::invalid_state);
    EXPECT_EQ(ended(*job).state, JobState::exited);
    EXPECT_EQ(ended(id).state, JobState::killed);
    expect_gone();
}

TEST_F(Destroy, RefusesWhatIsNotThere) {
    EXPECT_EQ(ledger->destroy("nobody", true, user).error().error, Error::no_such_session);
}

TEST_F(Destroy, KeepsTheSessionWhereTheTreeCannotBeEmptied) {
    machine.script = [](FakeCommand &command) {
        if (!command.workshop || command.argv.at(1) != "empty")
            return FakeMachine::usual(command);
        command.write(2, "frank-tree: it is in use\n");
        return FakeOutcome::exits(14);
    };
    // The fake's tree becomes empty when the command is called: this one did nothing.
    const auto before = machine.trees;
    const Job job = destroy(false);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.refusal.error, Error::busy);
    EXPECT_THAT(job.refusal.message, HasSubstr("it is in use"));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_TRUE(ledger->view("rpi3")->settings.doomed);
    EXPECT_EQ(start("rpi3").error().error, Error::invalid_state);
    machine.trees = before;
    machine.script = [](FakeCommand &command) { return FakeMachine::usual(command); };
    EXPECT_EQ(destroy(false).state, JobState::exited) << "and once more does it";
    expect_gone();
}

TEST_F(Destroy, KeepsTheSessionWhereTheLauncherFailsAtAnyRung) {
    for (const auto op : {plan::LaunchOp::drop_tree, plan::LaunchOp::start_workshop})
        for (int rung = 1; rung <= static_cast<int>(plan::Rung::exec_init); ++rung) {
            machine.fail(op, static_cast<plan::Rung>(rung), EIO);
            EXPECT_EQ(destroy(false).state, JobState::failed);
            EXPECT_TRUE(until([&] { return ledger->idle(); }));
            ASSERT_TRUE(ledger->view("rpi3"));
            EXPECT_EQ(machine.trees.size(), 1U);
            machine.failures.clear();
        }
    EXPECT_EQ(destroy(false).state, JobState::exited);
    expect_gone();
}

TEST_F(Destroy, DeletesNothingOfASessionThatDoesNotEnd) {
    machine.on_init = [](FakeInit &init) { init.ignores_shutdown = init.ignores_kill = true; };
    ASSERT_TRUE(start("rpi3"));
    const Job job = destroy(true);
    EXPECT_EQ(job.refusal.error, Error::busy);
    EXPECT_EQ(machine.count(plan::LaunchOp::drop_tree), 0U);
    machine.session("rpi3")->die();
    machine.on_init = nullptr;
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
    EXPECT_EQ(destroy(true).state, JobState::exited);
    expect_gone();
}

TEST_F(Destroy, GivesUpAStartThatIsUnderWay) {
    machine.silent.insert(plan::LaunchOp::start_session);
    std::optional<Error> error;
    ledger->start("rpi3", [&error](const plan::Result<void> &result) { error = result.error().error; });
    EXPECT_EQ(ledger->destroy("rpi3", false, user).error().error, Error::busy);
    EXPECT_EQ(destroy(true).state, JobState::exited);
    EXPECT_EQ(error, Error::cancelled);
    expect_gone();
}

} // namespace
