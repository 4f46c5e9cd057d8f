#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using test::FakeOutcome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Recover : public test::LedgerTest {
  protected:
    void SetUp() override {
        patience.launch = std::chrono::milliseconds(150);
        patience.shutdown = patience.kill = patience.retry = std::chrono::milliseconds(40);
        restart();
        ASSERT_EQ(create("rpi3").state, JobState::exited);
    }
    /// frankend is gone for good.
    void crash() { ledger.reset(); }
};

TEST_F(Recover, FindsStoppedSessionsAgain) {
    const auto before = ledger->view("rpi3")->settings;
    restart();
    ASSERT_TRUE(ledger->view("rpi3"));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_EQ(ledger->view("rpi3")->settings.instance, before.instance);
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(Recover, FindsARunningSessionAndItsJobsAgain) {
    const JobId id = run("rpi3", {"sleep"});
    const auto started = ledger->view("rpi3")->started;
    FakeInit *init = machine.session("rpi3");
    restart();
    ASSERT_NE(ledger->find_job(id), nullptr) << "known before frank-init has said a word";
    EXPECT_TRUE(until_state("rpi3", SessionState::running));
    EXPECT_EQ(machine.session("rpi3"), init) << "the same, not a new one";
    EXPECT_EQ(ledger->view("rpi3")->started, started);
    EXPECT_THAT(ledger->view("rpi3")->jobs, ElementsAre(id));
    EXPECT_EQ(ledger->find_job(id)->description, "sleep");
    EXPECT_EQ(ledger->find_job(id)->owner, user);
    EXPECT_TRUE(ledger->signal(id, SIGTERM));
    EXPECT_EQ(ended(id).status, SIGTERM);
    EXPECT_TRUE(stop("rpi3"));
}

TEST_F(Recover, HearsOfACommandThatEndedMeanwhile) {
    const JobId id = run("rpi3", {"sleep"});
    crash();
    machine.session("rpi3")->end(id, 7 << 8);
    restart();
    const Job job = ended(id);
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(job.status, 7);
    EXPECT_TRUE(until([&] { return !machine.session("rpi3")->forgotten.empty(); }));
}

TEST_F(Recover, StillKnowsHowACommandEndedBefore) {
    auto request = command({"echo", "kept"});
    request.log = true;
    const JobId id = spawn("rpi3", request).value().job;
    (void)ended(id);
    restart();
    EXPECT_EQ(ended(id).state, JobState::exited);
    EXPECT_EQ(log_of(id), "kept\n");
}

TEST_F(Recover, KillsACommandThatNobodyKnows) {
    ASSERT_TRUE(start("rpi3"));
    FakeInit &init = *machine.session("rpi3");
    crash();
    init.commands[4711] = FakeCommand{};
    restart();
    EXPECT_TRUE(until([&] { return !init.forgotten.empty(); }));
    EXPECT_THAT(init.signals, ElementsAre(std::pair(std::uint64_t{4711}, SIGKILL)));
    EXPECT_THAT(init.forgotten, ElementsAre(4711U));
    EXPECT_EQ(ledger->find_job(4711), nullptr);
}

TEST_F(Recover, EndsACommandThatFrankInitDoesNotKnow) {
    const JobId id = run("rpi3", {"sleep"});
    crash();
    machine.session("rpi3")->commands.clear();
    restart();
    EXPECT_EQ(ended(id).state, JobState::killed);
    EXPECT_TRUE(until_state("rpi3", SessionState::running));
}

TEST_F(Recover, NoticesASessionThatEndedMeanwhile) {
    const JobId id = run("rpi3", {"sleep"});
    crash();
    machine.session("rpi3")->die();
    restart();
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_EQ(ended(id).state, JobState::killed);
    EXPECT_THAT(session_files(), IsEmpty());
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(Recover, EndsASessionWhoseInitHasGone) {
    ASSERT_TRUE(start("rpi3"));
    crash();
    machine.session("rpi3")->lose_control();
    restart();
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Recover, EndsASessionThatDoesNotAnswerAndStartsItAnewForWhoeverWantsIt) {
    ASSERT_TRUE(start("rpi3"));
    crash();
    machine.session("rpi3")->mute = true;
    restart();
    EXPECT_TRUE(start("rpi3"));
    EXPECT_EQ(machine.count(plan::LaunchOp::start_session), 2U);
}

TEST_F(Recover, CleansUpAfterAnotherBoot) {
    const JobId id = run("rpi3", {"sleep"});
    crash();
    machine.session("rpi3")->die();
    for (const std::string &file :
         {runtime() + "/sessions/rpi3/session.toml", runtime() + "/jobs/" + std::to_string(id) + ".toml"}) {
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        std::string other = text.str();
        const auto at = other.find("boot_id");
        ASSERT_NE(at, std::string::npos);
        other[other.find_first_of("'\"", at) + 1] = 'z';
        std::ofstream(file) << other;
    }
    restart();
    EXPECT_EQ(ledger->find_job(id), nullptr);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Recover, UndoesACreationThatWasInterruptedAtAnyStep) {
    const auto silent_tool = [this](const std::string &verb) {
        machine.script = [verb](FakeCommand &command) {
            return command.workshop && command.argv.at(1) == verb ? FakeOutcome::runs()
                                                                  : FakeMachine::usual(command);
        };
    };
    for (const std::string step : {"settings", "unpack", "inspect"}) {
        if (step == "settings")
            machine.silent.insert(plan::LaunchOp::make_tree);
        else
            silent_tool(step);
        const auto job = ledger->create(request("half", plan::RootKind::archive), some_file());
        ASSERT_TRUE(job);
        settle(std::chrono::milliseconds(150));
        crash();
        machine.silent.clear();
        machine.script = [](FakeCommand &command) { return FakeMachine::usual(command); };
        restart();
        EXPECT_EQ(ledger->find_job(*job)->state, JobState::failed) << step;
        EXPECT_TRUE(until([&] { return !ledger->view("half"); })) << step;
        EXPECT_TRUE(until([&] { return ledger->idle(); }));
        EXPECT_EQ(machine.trees.size(), 1U) << step;
        EXPECT_THAT(files_in(state() + "/rootfs"), ElementsAre("rpi3/session.toml"));
    }
}

TEST_F(Recover, FinishesADeletionThatWasInterrupted) {
    ASSERT_TRUE(start("rpi3"));
    machine.script = [](FakeCommand &command) {
        return command.workshop && command.argv.at(1) == "empty" ? FakeOutcome::runs()
                                                                 : FakeMachine::usual(command);
    };
    ASSERT_TRUE(ledger->destroy("rpi3", true, user));
    ASSERT_TRUE(until([&] { return machine.workshop("rpi3") != nullptr; }));
    settle();
    crash();
    machine.script = [](FakeCommand &command) { return FakeMachine::usual(command); };
    restart();
    EXPECT_TRUE(until([&] { return ledger->session_names().empty(); }));
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Recover, FinishesADeletionOfASessionThatStillRuns) {
    ASSERT_TRUE(start("rpi3"));
    machine.session("rpi3")->ignores_shutdown = true;
    ASSERT_TRUE(ledger->destroy("rpi3", true, user));
    crash();
    restart();
    EXPECT_TRUE(until([&] { return ledger->session_names().empty(); }));
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Recover, EndsASessionThatTakesLongerToDieThanItIsWaitedFor) {
    ASSERT_TRUE(start("rpi3"));
    machine.session("rpi3")->ignores_shutdown = true;
    ASSERT_TRUE(ledger->destroy("rpi3", true, user));
    crash();
    patience.kill = std::chrono::milliseconds(0);
    restart();
    EXPECT_TRUE(until([&] { return ledger->session_names().empty(); }));
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Recover, TriesAgainWhatItCouldNotUndoAtOnce) {
    machine.fail(plan::LaunchOp::drop_tree, plan::Rung::storage, EBUSY);
    const auto job = ledger->destroy("rpi3", false, user);
    EXPECT_EQ(ended(*job).state, JobState::failed);
    restart();
    settle(std::chrono::milliseconds(60));
    machine.failures.clear();
    EXPECT_TRUE(until([&] { return ledger->session_names().empty(); }));
}

TEST_F(Recover, EndsASessionWithoutSettings) {
    ASSERT_TRUE(start("rpi3"));
    crash();
    std::filesystem::remove_all(state() + "/rootfs/rpi3");
    restart();
    EXPECT_FALSE(ledger->idle());
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Recover, SetsTornSettingsAsideAndGoesOn) {
    ASSERT_EQ(create("other").state, JobState::exited);
    crash();
    std::ofstream(state() + "/rootfs/rpi3/session.toml") << "name = ";
    restart();
    EXPECT_THAT(ledger->session_names(), ElementsAre("other"));
    EXPECT_TRUE(std::filesystem::exists(state() + "/rootfs/rpi3/session.toml.broken-1"));
}

TEST_F(Recover, SurvivesBeingKilledAtRandomMomentsOfAWholeLife) {
    for (int moment = 0; moment < 12; ++moment) {
        const std::string name = "n" + std::to_string(moment);
        (void)ledger->create(request(name, plan::RootKind::archive), some_file());
        for (int turn = 0; turn < moment * 3; ++turn)
            (void)sd_event_run(loop.raw(), 1'000);
        restart();
        EXPECT_TRUE(until([&] {
            const auto view = ledger->view(name);
            return !view || (view->state == SessionState::stopped && view->settings.complete);
        }));
        EXPECT_TRUE(until([&] { return ledger->idle(); }));
        EXPECT_EQ(machine.trees.size(), ledger->session_names().size())
            << "half there after moment " << moment;
    }
}

} // namespace
