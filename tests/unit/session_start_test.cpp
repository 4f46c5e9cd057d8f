#include "daemon/plan/exec_table_builder.hpp"
#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeInit;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Start : public test::LedgerTest {
  protected:
    sys::EventSource dying;

    void SetUp() override {
        config.defaults.network = plan::NetworkPolicy::none;
        patience.launch = std::chrono::milliseconds(100);
        patience.shutdown = patience.kill = std::chrono::milliseconds(60);
        restart();
        ASSERT_EQ(create("rpi3").state, JobState::exited);
    }
};

TEST_F(Start, RunsTheSession) {
    EXPECT_EQ(ledger->view("rpi3")->started, 0U);
    EXPECT_TRUE(start("rpi3"));
    const auto view = ledger->view("rpi3");
    EXPECT_EQ(view->state, SessionState::running);
    EXPECT_GT(view->started, 0U);
    EXPECT_THAT(session_files(), ElementsAre("rpi3/control", "rpi3/session.toml", "rpi3/supervisor"));
    EXPECT_TRUE(start("rpi3")) << "starting one that runs is no error";
    EXPECT_EQ(machine.count(plan::LaunchOp::start_session), 1U);
    EXPECT_FALSE(ledger->idle());
}

TEST_F(Start, AsksForExactlyThis) {
    ASSERT_TRUE(start("rpi3"));
    const plan::LaunchRequest &request = machine.requests.back();
    const auto settings = ledger->view("rpi3")->settings;
    EXPECT_EQ(request.op, plan::LaunchOp::start_session);
    EXPECT_EQ(request.network, plan::Network::none);
    EXPECT_EQ(request.disk_ids, plan::DiskIds::foreign);
    EXPECT_EQ(request.arch_count, 1);
    EXPECT_EQ(request.arches[0], plan::Arch::arm64);
    EXPECT_EQ(request.instance, settings.instance);
    EXPECT_EQ(request.id_base, settings.id_base);
    EXPECT_EQ(request.owner_uid, user);
    EXPECT_STREQ(request.hostname.data(), "rpi3");
}

TEST_F(Start, IsSharedByAllWhoAskForIt) {
    int answers = 0;
    for (int i = 0; i < 5; ++i)
        ledger->start("rpi3", [&answers](const plan::Result<void> &result) { answers += result ? 1 : 100; });
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::starting);
    EXPECT_TRUE(until([&] { return answers == 5; }));
    EXPECT_EQ(machine.count(plan::LaunchOp::start_session), 1U);
}

TEST_F(Start, LeavesNothingWhenTheLauncherFailsAtAnyRung) {
    for (int rung = 1; rung <= static_cast<int>(plan::Rung::exec_init); ++rung) {
        machine.fail(plan::LaunchOp::start_session, static_cast<plan::Rung>(rung), EPERM);
        const auto result = start("rpi3");
        ASSERT_FALSE(result);
        EXPECT_FALSE(result.error().message.empty());
        EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
        EXPECT_EQ(ledger->view("rpi3")->started, 0U);
        EXPECT_THAT(session_files(), IsEmpty());
    }
    machine.failures.clear();
    EXPECT_TRUE(start("rpi3")) << "and it can be started afterwards";
}

TEST_F(Start, KillsASessionWhoseInitNeverGreets) {
    machine.on_init = [](FakeInit &init) { init.mute = true; };
    EXPECT_EQ(start("rpi3").error().error, Error::launch_failed);
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Start, KillsASessionWhoseLauncherNeverAnswers) {
    machine.silent.insert(plan::LaunchOp::start_session);
    EXPECT_EQ(start("rpi3").error().error, Error::launch_failed);
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Start, FailsWhenTheSessionDiesWhileItStarts) {
    machine.on_init = [this](FakeInit &init) {
        init.mute = true;
        dying = loop.after(std::chrono::milliseconds(10), [&init] { init.die(); });
    };
    EXPECT_THAT(start("rpi3").error().message, HasSubstr("ended while it was starting"));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    dying.reset();
}

TEST_F(Start, IsGivenUpWhenItIsStoppedMidway) {
    machine.silent.insert(plan::LaunchOp::start_session);
    std::optional<plan::Result<void>> started;
    ledger->start("rpi3", [&started](const plan::Result<void> &result) { started = result; });
    EXPECT_TRUE(stop("rpi3"));
    ASSERT_TRUE(started.has_value());
    EXPECT_EQ(started->error().error, Error::cancelled);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Start, RefusesWhatIsNotThere) {
    EXPECT_EQ(start("nobody").error().error, Error::no_such_session);
    EXPECT_EQ(stop("nobody").error().error, Error::no_such_session);
}

TEST_F(Start, WaitsForTheEndOfASessionThatIsStopping) {
    ASSERT_TRUE(start("rpi3"));
    bool stopped = false, started = false;
    ledger->stop("rpi3", [&stopped](const plan::Result<void> &result) { stopped = result.has_value(); });
    ledger->start("rpi3", [&](const plan::Result<void> &result) { started = result.has_value() && stopped; });
    EXPECT_TRUE(until([&] { return started; }));
    EXPECT_EQ(machine.count(plan::LaunchOp::start_session), 2U);
}

TEST_F(Start, NamesTheNetworkThatTheConfigurationGives) {
    EXPECT_EQ(ledger->view("rpi3")->network, plan::Network::none);
    config.defaults.network = plan::NetworkPolicy::host;
    restart();
    EXPECT_EQ(ledger->view("rpi3")->network, plan::Network::host);
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(machine.requests.back().network, plan::Network::host);
}

TEST_F(Start, MayBeAskedForFromAnAnswer) {
    bool again = false;
    ledger->start("rpi3", [&](const plan::Result<void> &) {
        ledger->stop("rpi3", [&](const plan::Result<void> &) {
            ledger->start("rpi3", [&again](const plan::Result<void> &result) { again = result.has_value(); });
        });
    });
    EXPECT_TRUE(until([&] { return again; }));
}

TEST_F(Start, StopsPolitely) {
    ASSERT_TRUE(start("rpi3"));
    const JobId id = run("rpi3", {"sleep"});
    EXPECT_TRUE(stop("rpi3"));
    const Job job = ended(id);
    EXPECT_EQ(job.state, JobState::killed);
    EXPECT_EQ(job.status, SIGKILL);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    EXPECT_THAT(session_files(), IsEmpty());
    EXPECT_TRUE(stop("rpi3")) << "stopping a stopped one is no error";
    EXPECT_TRUE(ledger->idle());
}

TEST_F(Start, StopsByForceWhatIgnoresPoliteness) {
    machine.on_init = [](FakeInit &init) { init.ignores_shutdown = true; };
    ASSERT_TRUE(start("rpi3"));
    EXPECT_TRUE(stop("rpi3"));
    EXPECT_EQ(machine.session("rpi3"), nullptr);
}

TEST_F(Start, SaysThatASessionIsStuckAndTakesNoticeWhenItEnds) {
    machine.on_init = [](FakeInit &init) { init.ignores_shutdown = init.ignores_kill = true; };
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(stop("rpi3").error().error, Error::busy);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopping);
    machine.session("rpi3")->die();
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
    EXPECT_THAT(session_files(), IsEmpty());
}

TEST_F(Start, NoticesASessionThatDiesByItself) {
    ASSERT_TRUE(start("rpi3"));
    const JobId id = run("rpi3", {"sleep"});
    machine.session("rpi3")->die();
    EXPECT_EQ(ended(id).refusal.message, "the session ended");
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
    EXPECT_THAT(session_files(), IsEmpty());
    EXPECT_TRUE(start("rpi3"));
}

TEST_F(Start, WaitsForTheCleaningUpAfterFrankInitHasGone) {
    ASSERT_TRUE(start("rpi3"));
    FakeInit &init = *machine.session("rpi3");
    init.ignores_kill = true;
    init.lose_control();
    EXPECT_TRUE(until_state("rpi3", SessionState::stopping));
    settle();
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopping);
    init.die();
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
}

TEST_F(Start, AnswersCommandsThatASessionTakesWithIt) {
    ASSERT_TRUE(start("rpi3"));
    machine.script = [](test::FakeCommand &) { return test::FakeOutcome::silent(); };
    std::optional<Error> error;
    ledger->spawn("rpi3", command({"x"}), {}, user, [&error](const plan::Result<Spawned> &result) {
        error = result ? Error::failed : result.error().error;
    });
    settle();
    machine.session("rpi3")->die();
    EXPECT_TRUE(until([&] { return error.has_value(); }));
    EXPECT_EQ(error, Error::launch_failed);
}

} // namespace
