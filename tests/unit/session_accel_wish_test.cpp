// What is wanted of acceleration when a session is created, and done at its first start.
#include "support/accel_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::AccelWish;
using testing::HasSubstr;
using testing::IsEmpty;

class AWishForAcceleration : public test::AccelerationTest {
  protected:
    Job wish(const std::string &name, std::optional<AccelWish> wish) {
        auto order = request(name, plan::RootKind::archive);
        order.accel = wish;
        const auto job = ledger->create(order, some_file());
        EXPECT_TRUE(job) << job.error().message;
        return job ? ended(*job) : Job{};
    }
    /// The job that a start began by itself; nothing where it began none.
    std::optional<Job> begun() {
        for (const JobId id : ledger->job_ids())
            if (ledger->find_job(id)->kind == JobKind::accelerate)
                return ended(id);
        return std::nullopt;
    }
    /// Another root has twins of the same suite and architecture.
    void have_twins() {
        ASSERT_EQ(wish("other", AccelWish::off).state, JobState::exited);
        ASSERT_EQ(accelerate("other").state, JobState::exited);
        done.clear();
    }
};

TEST(AWishByName, IsAutoOnOrOff) {
    plan::RawCreate raw;
    raw.name = "pi";
    EXPECT_EQ(plan::parse_create(raw)->accel, std::nullopt) << "as the configuration has it";
    raw.accel = "on";
    EXPECT_EQ(plan::parse_create(raw)->accel, AccelWish::on);
    raw.accel = "fast";
    ASSERT_FALSE(plan::parse_create(raw));
    EXPECT_EQ(plan::parse_create(raw).error().error, Error::invalid_argument);
}

TEST_F(AWishForAcceleration, OnIsDoneAtTheFirstStart) {
    ASSERT_EQ(wish("pi", AccelWish::on).state, JobState::exited);
    EXPECT_EQ(state_of(), "on");
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 0U) << "not by the creation";
    restart(); // it is remembered
    ASSERT_TRUE(start("pi"));
    const auto job = begun();
    ASSERT_TRUE(job);
    EXPECT_EQ(job->state, JobState::exited) << job->refusal.message;
    EXPECT_EQ(job->owner, user);
    EXPECT_EQ(routes(), all);
    ASSERT_TRUE(stop("pi"));
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(until_routes(all));
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 1U) << "once";
}

TEST_F(AWishForAcceleration, OnIsTriedAgainAtTheNextStartWhereItFailed) {
    const std::string good = std::exchange(making, "");
    wish("pi", AccelWish::on);
    ASSERT_TRUE(start("pi"));
    const auto job = begun();
    ASSERT_TRUE(job);
    EXPECT_EQ(job->state, JobState::failed);
    ASSERT_TRUE(stop("pi"));
    making = good;
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(until_routes(all));
}

TEST_F(AWishForAcceleration, AutoTakesTwinsThatAreThere) {
    have_twins();
    ASSERT_EQ(wish("pi", AccelWish::automatic).state, JobState::exited);
    EXPECT_EQ(state_of(), "on");
    (void)ended(*ledger->destroy("other", true, user)); // they stay for pi
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(until_routes(all));
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 1U);
}

TEST_F(AWishForAcceleration, AutoTakesThisMachinesOwnCrossCompiler) {
    machine.cross_tools = true;
    ASSERT_EQ(wish("pi", AccelWish::automatic).state, JobState::exited);
    EXPECT_EQ(state_of(), "on");
    EXPECT_THAT(ledger->view("pi")->acceleration_offer.value(), HasSubstr("no download"));
    ASSERT_TRUE(start("pi"));
    const auto job = begun();
    ASSERT_TRUE(job);
    EXPECT_EQ(job->state, JobState::exited) << job->refusal.message;
    EXPECT_EQ(routes(), all);
}

TEST_F(AWishForAcceleration, AutoTakesNoCrossCompilerOfAnotherRelease) {
    machine.cross_tools = true;
    inspection = "arch arm64\nos Debian GNU/Linux 13 (trixie)\nsuite trixie\nchecked ok\n";
    ASSERT_EQ(wish("pi", AccelWish::automatic).state, JobState::exited);
    EXPECT_EQ(state_of(), "none");
}

TEST_F(AWishForAcceleration, AutoDownloadsNothing) {
    ASSERT_EQ(wish("pi", std::nullopt).state, JobState::exited) << "auto is the default";
    EXPECT_EQ(state_of(), "none");
    const auto offer = ledger->view("pi")->acceleration_offer;
    ASSERT_TRUE(offer);
    EXPECT_THAT(*offer, HasSubstr("a download, some 200 MB on disk, once for bookworm and arm64"));
    ASSERT_TRUE(start("pi"));
    settle();
    EXPECT_FALSE(begun());
    EXPECT_THAT(done, IsEmpty());
}

TEST_F(AWishForAcceleration, OffIsOff) {
    have_twins();
    wish("pi", AccelWish::off);
    EXPECT_EQ(state_of(), "none");
    ASSERT_TRUE(start("pi"));
    settle();
    EXPECT_THAT(done, IsEmpty());
    EXPECT_THAT(ledger->view("pi")->acceleration_offer.value(), HasSubstr("no download"));
}

TEST_F(AWishForAcceleration, TheConfigurationDecidesForWhoSaysNothing) {
    config.defaults.accel = AccelWish::on;
    restart();
    wish("pi", std::nullopt);
    wish("slow", AccelWish::off);
    EXPECT_EQ(state_of("pi"), "on");
    EXPECT_EQ(state_of("slow"), "none");
}

TEST_F(AWishForAcceleration, CannotBeHadForWhatIsNoDebian) {
    inspection = "arch arm64\nos Gentoo\nchecked ok\n";
    EXPECT_EQ(wish("pi", AccelWish::on).state, JobState::exited);
    EXPECT_EQ(state_of(), "none");
    EXPECT_THAT(ledger->view("pi")->acceleration_offer.error().message, HasSubstr("a Debian alone"));
    ASSERT_TRUE(start("pi"));
    settle();
    EXPECT_FALSE(begun());
}

TEST_F(AWishForAcceleration, IsNothingWhereNothingIsEmulated) {
    inspection = "arch amd64\nos Debian\nsuite bookworm\nchecked ok\n";
    EXPECT_EQ(wish("pi", AccelWish::on).state, JobState::exited);
    EXPECT_EQ(state_of(), "none");
    EXPECT_THAT(ledger->view("pi")->acceleration_offer.error().message, HasSubstr("run here by themselves"));
}

TEST_F(AWishForAcceleration, IsOverWhenTheUserChoosesOtherwise) {
    wish("pi", AccelWish::on);
    ASSERT_TRUE(ledger->emulate("pi"));
    ASSERT_TRUE(start("pi"));
    settle();
    EXPECT_FALSE(begun());
    EXPECT_EQ(state_of(), "none");
}

TEST_F(AWishForAcceleration, IsDoneByWhoeverAsksForItBeforeTheFirstStart) {
    wish("pi", AccelWish::on);
    const Job asked = accelerate();
    EXPECT_EQ(asked.state, JobState::exited) << asked.refusal.message;
    EXPECT_EQ(begun()->id, asked.id) << "and by nobody else";
    ASSERT_TRUE(stop("pi"));
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(until_routes(all));
    EXPECT_THAT(ledger->job_ids(), testing::SizeIs(2)) << "the creation and that";
}

TEST_F(AWishForAcceleration, CanBeCancelled) {
    hangs = "check";
    wish("pi", AccelWish::on);
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(until([&] { return !done.empty() && done.back() == "check"; }));
    for (const JobId id : ledger->job_ids()) {
        if (ledger->find_job(id)->kind != JobKind::accelerate)
            continue;
        ASSERT_TRUE(ledger->cancel(id));
    }
    EXPECT_EQ(begun()->state, JobState::cancelled);
}

} // namespace
