// Jobs of programs that are known to hang in emulation: whether they get on.
#include "daemon/plan/hang.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using testing::HasSubstr;

class WatchOfAJob : public test::LedgerTest {
  protected:
    WatchOfAJob() {
        patience.hang = std::chrono::milliseconds(30);
        restart();
        EXPECT_EQ(create("pi").state, JobState::exited);
        EXPECT_TRUE(start("pi"));
    }
    FakeInit &init() { return *machine.session("pi"); }
    bool after_measures(int more) {
        const int before = init().measures;
        return until([&] { return init().measures >= before + more; });
    }
    std::string breakage(JobId id) { return ledger->find_job(id)->breakage.name; }
};

TEST_F(WatchOfAJob, TellsOfOneThatUsesNoCpuAnyMore) {
    init().measure = {500, plan::hang_go};
    const JobId job = run("pi", {"make"});
    EXPECT_TRUE(until([&] { return breakage(job) == "go-hang"; }));
    EXPECT_THAT(ledger->find_job(job)->breakage.line, HasSubstr("nothing of the job has used the CPU"));
    EXPECT_TRUE(record.has("job_changed " + std::to_string(job)));
    init().measure = {900, plan::hang_go};
    EXPECT_TRUE(until([&] { return breakage(job).empty(); })) << "it goes on after all";
}

TEST_F(WatchOfAJob, IsItsResultWhenItIsCancelledThen) {
    init().measure = {500, plan::hang_node};
    const JobId job = run("pi", {"make"});
    ASSERT_TRUE(until([&] { return breakage(job) == "node-hang"; }));
    ASSERT_TRUE(ledger->cancel(job));
    EXPECT_EQ(ended(job).breakage.name, "node-hang") << "which its command does not tell";
}

TEST_F(WatchOfAJob, SaysNothingOfOneThatWorksOrThatHasNoSuchProgram) {
    init().measure = {500, plan::hang_none};
    const JobId job = run("pi", {"sleep", "1000"});
    ASSERT_TRUE(after_measures(4));
    settle();
    EXPECT_EQ(breakage(job), "");
    EXPECT_FALSE(record.has("job_changed " + std::to_string(job)));
}

TEST_F(WatchOfAJob, LeavesTerminalsAloneAndEndsWithTheJob) {
    plan::SpawnRequest order = command({"sh"});
    order.tty = true;
    ASSERT_TRUE(spawn("pi", std::move(order)));
    settle(std::chrono::milliseconds(100));
    EXPECT_EQ(init().measures, 0) << "people think for long";
    const JobId job = run("pi", {"make"});
    ASSERT_TRUE(after_measures(1));
    ASSERT_TRUE(ledger->cancel(job));
    (void)ended(job);
    const int measures = init().measures;
    settle(std::chrono::milliseconds(100));
    EXPECT_EQ(init().measures, measures);
    init().say(plan::InitType::measured, job, 1, 1);
    init().say(plan::InitType::measured, 4711, 1, 1);
    settle();
    EXPECT_EQ(breakage(job), "");
}

TEST_F(WatchOfAJob, WaitsForAsLongAsTheSettingsSay) {
    patience.hang.reset();
    config.limits.hang_seconds = 1;
    restart();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    init().measure = {500, plan::hang_go};
    const JobId job = run("pi", {"make"});
    EXPECT_TRUE(until([&] { return breakage(job) == "go-hang"; }));
    EXPECT_THAT(ledger->find_job(job)->breakage.line, HasSubstr("for 1 second"));
}

TEST_F(WatchOfAJob, GoesOnUnderANewFrankend) {
    init().measure = {500, plan::hang_go};
    const JobId job = run("pi", {"make"});
    restart();
    EXPECT_TRUE(until([&] { return ledger->find_job(job) != nullptr && breakage(job) == "go-hang"; }));
}

} // namespace
