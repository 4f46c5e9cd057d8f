#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using test::FakeOutcome;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Undo : public test::LedgerTest {
  protected:
    /// What frank-tree's commands were called with, in order.
    std::vector<std::vector<std::string>> tool_calls;
    std::vector<plan::Network> tool_networks;

    void watch_tools() {
        machine.script = [this](FakeCommand &command) {
            if (command.workshop) {
                tool_calls.push_back(command.argv);
                tool_networks.push_back(machine.workshop(command.session)->request.network);
            }
            return FakeMachine::usual(command);
        };
    }
    /// The verb of frank-tree that ends so.
    void tool_ends(const std::string &verb, int status, const std::string &words) {
        machine.script = [=](FakeCommand &command) {
            if (!command.workshop || command.argv.at(1) != verb)
                return FakeMachine::usual(command);
            command.write(2, words);
            return FakeOutcome::exits(status);
        };
    }
};

TEST_F(Undo, LeavesNothingWhenTheLauncherFailsAtAnyRung) {
    for (const auto op : {plan::LaunchOp::make_tree, plan::LaunchOp::start_workshop})
        for (int rung = 1; rung <= static_cast<int>(plan::Rung::exec_init); ++rung) {
            machine.fail(op, static_cast<plan::Rung>(rung), EPERM);
            const Job job = create("rpi3");
            EXPECT_EQ(job.state, JobState::failed);
            EXPECT_FALSE(job.refusal.message.empty());
            EXPECT_TRUE(until([&] { return ledger->idle(); }));
            expect_nothing_left();
            machine.failures.clear();
        }
}

TEST_F(Undo, LeavesADirectoryAloneWhenItFails) {
    machine.fail(plan::LaunchOp::start_workshop, plan::Rung::open_tree, EINVAL);
    EXPECT_EQ(create("rpi3", plan::RootKind::directory).state, JobState::failed);
    expect_nothing_left();
    EXPECT_EQ(machine.count(plan::LaunchOp::start_workshop), 1U)
        << "a directory used in place is never emptied";
}

TEST_F(Undo, TellsWhatFrankTreeSaidAndUndoesIt) {
    const std::vector<std::pair<int, Error>> statuses{{10, Error::bad_image},      {11, Error::no_space},
                                                      {12, Error::limit_exceeded}, {13, Error::unavailable},
                                                      {14, Error::busy},           {1, Error::failed}};
    for (const auto &[status, error] : statuses) {
        tool_ends("unpack", status, "a warning\nfrank-tree: it went wrong\n");
        const Job job = create("rpi3");
        EXPECT_EQ(job.state, JobState::failed);
        EXPECT_EQ(job.refusal, (plan::Refusal{error, "it went wrong"}));
        EXPECT_THAT(log_of(job.id), HasSubstr("a warning"));
        EXPECT_TRUE(until([&] { return ledger->idle(); }));
        expect_nothing_left();
        EXPECT_TRUE(record.has("session_removed rpi3 1000"));
    }
}

TEST_F(Undo, UndoesATreeThatIsNoRoot) {
    tool_ends("inspect", 10, "frank-tree: there is no shell\n");
    EXPECT_EQ(create("rpi3").refusal.error, Error::bad_image);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Undo, RefusesARootThatDoesNotTellItsArchitecture) {
    tool_ends("inspect", 0, "");
    const Job job = create("rpi3");
    EXPECT_EQ(job.refusal.error, Error::bad_image);
    EXPECT_THAT(job.refusal.message, HasSubstr("--arch"));
}

TEST_F(Undo, RefusesARootOfAnotherArchitecture) {
    auto wanted = request("rpi3", plan::RootKind::archive);
    wanted.arch = plan::Arch::armhf;
    const Job job = ended(*ledger->create(wanted, some_file()));
    EXPECT_EQ(job.refusal, (plan::Refusal{Error::bad_image, "the root is arm64, not armhf"}));
}

TEST_F(Undo, ToleratesAToolThatIsKilledOrMissing) {
    machine.script = [](FakeCommand &command) {
        return command.argv.at(1) == "unpack"
                   ? FakeOutcome{FakeOutcome::Kind::ends, 9, plan::SpawnStage::none}
                   : FakeMachine::usual(command);
    };
    EXPECT_THAT(create("killed").refusal.message, HasSubstr("signal 9"));
    machine.script = [](FakeCommand &command) {
        return command.argv.at(1) == "unpack" ? FakeOutcome::fails(plan::SpawnStage::not_found, ENOENT)
                                              : FakeMachine::usual(command);
    };
    EXPECT_EQ(create("missing").state, JobState::failed);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Undo, FailsWhenTheWorkshopDiesMidway) {
    machine.script = [](FakeCommand &command) {
        return command.argv.at(1) == "unpack" ? FakeOutcome::runs() : FakeMachine::usual(command);
    };
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    ASSERT_TRUE(
        until([&] { return machine.workshop("rpi3") && !machine.workshop("rpi3")->commands.empty(); }));
    machine.workshop("rpi3")->die();
    EXPECT_EQ(ended(*job).state, JobState::failed);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Undo, ShowsProgress) {
    machine.script = [](FakeCommand &command) {
        if (command.argv.at(1) != "unpack")
            return FakeMachine::usual(command);
        command.write(1, "stage unpacking\nprogress bytes 5 10\n");
        return FakeOutcome::runs();
    };
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    EXPECT_TRUE(until([&] {
        return ledger->find_job(*job)->progress == Progress{"unpacking", 5, 10, "bytes"};
    }));
}

TEST_F(Undo, IsUndoneWhenItIsCancelledMidway) {
    machine.script = [](FakeCommand &command) {
        return command.argv.at(1) == "unpack" ? FakeOutcome::runs() : FakeMachine::usual(command);
    };
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    ASSERT_TRUE(
        until([&] { return machine.workshop("rpi3") && !machine.workshop("rpi3")->commands.empty(); }));
    EXPECT_TRUE(ledger->cancel(*job));
    EXPECT_TRUE(ledger->cancel(*job)) << "twice is once";
    EXPECT_EQ(ended(*job).state, JobState::cancelled);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
    EXPECT_EQ(ledger->cancel(*job).error().error, Error::invalid_state);
}

TEST_F(Undo, IsUndoneWhenItIsCancelledAtOnce) {
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    EXPECT_TRUE(ledger->cancel(*job));
    EXPECT_EQ(ended(*job).state, JobState::cancelled);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Undo, StaysToBeDestroyedWhereItCannotBeUndone) {
    tool_ends("unpack", 10, "frank-tree: bad\n");
    machine.fail(plan::LaunchOp::drop_tree, plan::Rung::storage, EIO);
    const Job job = create("rpi3");
    EXPECT_EQ(job.refusal.error, Error::bad_image);
    EXPECT_THAT(job.refusal.message, HasSubstr("could not be removed"));
    ASSERT_TRUE(ledger->view("rpi3"));
    EXPECT_EQ(start("rpi3").error().error, Error::invalid_state);
    machine.failures.clear();
    EXPECT_EQ(ended(*ledger->destroy("rpi3", false, user)).state, JobState::exited);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

} // namespace
