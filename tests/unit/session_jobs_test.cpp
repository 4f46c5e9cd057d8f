#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Jobs : public test::LedgerTest {
  protected:
    void SetUp() override { ASSERT_EQ(create("rpi3").state, JobState::exited); }

    plan::Refusal refused(std::vector<std::string> argv) {
        const auto spawned = spawn("rpi3", command(std::move(argv)));
        EXPECT_FALSE(spawned);
        return spawned ? plan::Refusal{} : spawned.error();
    }
    std::vector<JobId> commands() const {
        std::vector<JobId> ids;
        for (const JobId id : ledger->job_ids())
            if (ledger->find_job(id)->kind == JobKind::command)
                ids.push_back(id);
        return ids;
    }
};

TEST_F(Jobs, LimitsJobsForEachUid) {
    config.limits.jobs = 3;
    for (int i = 0; i < 3; ++i)
        (void)run("rpi3", {"sleep"});
    EXPECT_EQ(refused({"true"}).error, Error::limit_exceeded);
    EXPECT_TRUE(spawn("rpi3", command({"true"}), {}, user + 1)) << "another uid has its own limit";
    EXPECT_TRUE(ledger->cancel(commands().front()));
    (void)ended(commands().front());
    EXPECT_TRUE(spawn("rpi3", command({"true"})));
}

TEST_F(Jobs, CountsCommandsThatStillWaitForTheStart) {
    config.limits.jobs = 2;
    int answers = 0;
    std::vector<Error> errors;
    for (int i = 0; i < 4; ++i)
        ledger->spawn("rpi3", command({"sleep"}), {}, user, [&](plan::Result<Spawned> result) {
            ++answers;
            if (!result)
                errors.push_back(result.error().error);
        });
    EXPECT_TRUE(until([&] { return answers == 4; }));
    EXPECT_THAT(errors, ElementsAre(Error::limit_exceeded, Error::limit_exceeded));
}

TEST_F(Jobs, RunsAHundredAtOnceEachWithItsOwnStatus) {
    config.limits.jobs = 200;
    config.limits.finished_jobs = 200;
    restart();
    std::map<JobId, int> wanted;
    for (int i = 0; i < 100; ++i)
        ledger->spawn("rpi3", command({"exit", std::to_string(i)}), {}, user,
                      [&wanted, i](plan::Result<Spawned> result) {
                          ASSERT_TRUE(result) << result.error().message;
                          wanted[result->job] = i;
                      });
    ASSERT_TRUE(until([&] { return wanted.size() == 100; }));
    EXPECT_EQ(machine.count(plan::LaunchOp::start_session), 1U);
    for (const auto &[id, status] : wanted)
        EXPECT_EQ(ended(id).status, status);
}

TEST_F(Jobs, RefusesSignalsThatDoNotExist) {
    const JobId id = run("rpi3", {"sleep"});
    for (const int number : {-1, 0, 65, 1000})
        EXPECT_EQ(ledger->signal(id, number).error().error, Error::invalid_argument);
    EXPECT_TRUE(ledger->signal(id, 64));
    EXPECT_EQ(ended(id).status, 64);
    EXPECT_EQ(ledger->signal(id, SIGTERM).error().error, Error::invalid_state);
    EXPECT_EQ(ledger->signal(4711, SIGTERM).error().error, Error::no_such_job);
}

TEST_F(Jobs, CancelsWithTermAndThenWithKill) {
    patience.cancel = std::chrono::milliseconds(50);
    restart();
    const JobId id = run("rpi3", {"sleep"});
    test::FakeInit &init = *machine.session("rpi3");
    init.ignored_signals = {SIGTERM};
    EXPECT_TRUE(ledger->cancel(id));
    const Job job = ended(id);
    EXPECT_EQ(job.state, JobState::killed);
    EXPECT_EQ(job.status, SIGKILL);
    EXPECT_THAT(init.signals, ElementsAre(std::pair(id, SIGTERM), std::pair(id, SIGKILL)));
    EXPECT_EQ(ledger->cancel(id).error().error, Error::invalid_state);
    EXPECT_EQ(ledger->cancel(4711).error().error, Error::no_such_job);
}

TEST_F(Jobs, SendsNoKillToACommandThatObeyedTerm) {
    patience.cancel = std::chrono::milliseconds(20);
    restart();
    const JobId id = run("rpi3", {"sleep"});
    EXPECT_TRUE(ledger->cancel(id));
    EXPECT_EQ(ended(id).status, SIGTERM);
    settle(std::chrono::milliseconds(60));
    EXPECT_THAT(machine.session("rpi3")->signals, SizeIs(1));
}

TEST_F(Jobs, LetsFrankInitForgetWhatIsRecorded) {
    const JobId id = run("rpi3", {"true"});
    (void)ended(id);
    EXPECT_TRUE(until([&] { return !machine.session("rpi3")->forgotten.empty(); }));
    EXPECT_THAT(machine.session("rpi3")->forgotten, ElementsAre(id));
}

TEST_F(Jobs, AnswersEveryWaiterAndLateOnesAtOnce) {
    const JobId id = run("rpi3", {"sleep"});
    int told = 0;
    for (int i = 0; i < 3; ++i)
        ledger->wait(id, [&told](const Job &job) { told += job.status == SIGTERM ? 1 : 100; });
    EXPECT_EQ(told, 0);
    EXPECT_TRUE(ledger->signal(id, SIGTERM));
    EXPECT_TRUE(until([&] { return told == 3; }));
    ledger->wait(id, [&told](const Job &) { ++told; });
    EXPECT_EQ(told, 4);
}

TEST_F(Jobs, KeepsOnlyTheLastJobsOfEachUid) {
    config.limits.finished_jobs = 2;
    restart();
    std::vector<JobId> ids;
    for (int i = 0; i < 4; ++i) {
        auto request = command({"echo", "x"});
        request.log = true;
        ids.push_back(spawn("rpi3", request).value().job);
        (void)ended(ids.back());
    }
    EXPECT_EQ(ledger->find_job(ids[0]), nullptr);
    EXPECT_EQ(ledger->find_job(ids[1]), nullptr);
    ASSERT_NE(ledger->find_job(ids[3]), nullptr);
    EXPECT_TRUE(record.has("job_removed " + std::to_string(ids[0]) + " 1000"));
    EXPECT_THAT(files_in(state() + "/jobs"),
                ElementsAre(std::to_string(ids[2]) + ".log", std::to_string(ids[3]) + ".log"));
}

TEST_F(Jobs, ListsTheJobsThatRunInTheSession) {
    const JobId id = run("rpi3", {"sleep"});
    EXPECT_THAT(ledger->view("rpi3")->jobs, ElementsAre(id));
    EXPECT_TRUE(ledger->signal(id, SIGKILL));
    (void)ended(id);
    EXPECT_THAT(ledger->view("rpi3")->jobs, IsEmpty());
}

TEST_F(Jobs, HasTheLastWordsOfASessionThatDies) {
    const JobId id = run("rpi3", {"sleep"});
    test::FakeInit &init = *machine.session("rpi3");
    init.end(id, 5 << 8); // said, and at once everything is gone
    init.die();
    const Job job = ended(id);
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(job.status, 5);
}

} // namespace
