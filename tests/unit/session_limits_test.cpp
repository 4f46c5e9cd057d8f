// What a session may take of the machine: kept, told at every start and at once, and what the kernel ends for
// it.

#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using plan::Resource;
using testing::HasSubstr;

class LimitsOfASession : public test::LedgerTest {
  protected:
    LimitsOfASession() {
        EXPECT_EQ(create("pi").state, JobState::exited);
        limits.of(Resource::memory) = std::uint64_t{1} << 30;
        limits.of(Resource::tasks) = 100;
    }

    plan::Result<void> set(const plan::ResourceLimits &all) {
        std::optional<plan::Result<void>> result;
        ledger->set_limits("pi", all, [&result](const plan::Result<void> &given) { result = given; });
        EXPECT_FALSE(result.has_value()) << "nobody is called back from the inside";
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "no answer";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    plan::Result<plan::ResourceReport> measure() {
        std::optional<plan::Result<plan::ResourceReport>> result;
        ledger->measure_use("pi",
                            [&result](const plan::Result<plan::ResourceReport> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "no answer";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    plan::ResourceLimits kept() const { return ledger->view("pi")->settings.limits; }
    bool ended(JobId id) {
        return until([&] { return ledger->find_job(id)->ended_already(); });
    }

    plan::ResourceLimits limits;
};

TEST_F(LimitsOfASession, HoldFromTheNextStartOn) {
    ASSERT_TRUE(set(limits));
    EXPECT_EQ(kept(), limits);
    ASSERT_TRUE(start("pi"));
    EXPECT_EQ(machine.session("pi")->request.limits, limits);
}

TEST_F(LimitsOfASession, HoldAtOnceWhereItRuns) {
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(set(limits));
    EXPECT_EQ(machine.session("pi")->limits, limits);
    EXPECT_EQ(kept(), limits);
    ASSERT_TRUE(set({}));
    EXPECT_FALSE(machine.session("pi")->limits.any());
}

TEST_F(LimitsOfASession, ThatCannotBeHadAreRefusedAndNotKept) {
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->resources.error = EOPNOTSUPP;
    machine.session("pi")->resources.failed = Resource::tasks;
    const auto result = set(limits);
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("session pi: the session's tasks cannot be limited"));
    EXPECT_FALSE(kept().any());
}

TEST_F(LimitsOfASession, OfOneThatDoesNotAnswerAreRefused) {
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->mute_resources = true;
    EXPECT_FALSE(set(limits));
    EXPECT_FALSE(kept().any());
}

TEST_F(LimitsOfASession, UseIsWhatTheSupervisorCounts) {
    EXPECT_EQ(measure().error().error, Error::invalid_state) << "it does not run";
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->resources.use.memory = 5;
    const auto use = measure();
    ASSERT_TRUE(use) << use.error().message;
    EXPECT_EQ(use->use.memory, 5U);
}

TEST_F(LimitsOfASession, ACommandThatTheKernelEndsForWantOfMemorySaysSo) {
    ASSERT_TRUE(set(limits));
    const JobId first = run("pi", {"first"});
    const JobId second = run("pi", {"second"});
    const JobId third = run("pi", {"third"});
    auto *init = machine.session("pi");
    init->resources.use.oom_kills = 1;
    init->end(first, SIGKILL);
    ASSERT_TRUE(ended(first));
    const Job *job = ledger->find_job(first);
    EXPECT_EQ(job->state, JobState::killed);
    EXPECT_EQ(job->breakage.name, "out-of-memory");
    EXPECT_THAT(job->breakage.line,
                HasSubstr("at the session's limit of 1 GiB; raise it: frankctl limit pi memory=2048M"));
    init->end(second, SIGKILL);
    ASSERT_TRUE(ended(second));
    EXPECT_EQ(ledger->find_job(second)->breakage.name, "") << "no more than before";
    init->resources.use.oom_kills = 2;
    init->end(third, (128 + SIGKILL) << 8);
    ASSERT_TRUE(ended(third));
    EXPECT_EQ(ledger->find_job(third)->breakage.name, "out-of-memory") << "a shell whose child it was";
    ASSERT_TRUE(until([&] { return init->forgotten.size() == 3; }));
}

TEST_F(LimitsOfASession, ACommandWhoseSessionGoesMeanwhileStillEnds) {
    ASSERT_TRUE(set(limits));
    const JobId id = run("pi", {"lost"});
    auto *init = machine.session("pi");
    init->mute_resources = true;
    init->end(id, SIGKILL);
    init->die();
    ASSERT_TRUE(ended(id));
    EXPECT_EQ(ledger->find_job(id)->state, JobState::killed);
}

} // namespace
