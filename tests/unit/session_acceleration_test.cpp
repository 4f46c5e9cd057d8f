// Native speed of a session: what is made, compared, routed and remembered.
#include "support/accel_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::ToolClass;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Paths = std::set<std::string>;

class AccelerationOfASession : public test::AccelerationTest {
  protected:
    AccelerationOfASession() { EXPECT_EQ(create("pi").state, JobState::exited); }
};

TEST_F(AccelerationOfASession, MakesTwinsComparesAndRoutesThem) {
    EXPECT_EQ(state_of(), "none");
    const Job job = accelerate();
    EXPECT_EQ(job.state, JobState::exited) << job.refusal.message;
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 1U);
    EXPECT_THAT(done, ElementsAre("survey", "check"));
    EXPECT_EQ(routes(), all);
    EXPECT_EQ(state_of(), "on");
    EXPECT_EQ(shown(sed), "natively");
    EXPECT_THAT(log_of(job.id), HasSubstr("ok\t/usr/bin/sed")) << "people can read what was compared";
}

TEST_F(AccelerationOfASession, EmulatesWhatDiffersAndSaysWhy) {
    differs = {sed};
    missing = {make};
    accelerate();
    EXPECT_EQ(routes(), Paths{tar});
    EXPECT_EQ(shown(sed), "another version");
    EXPECT_EQ(shown(make), "not there");
}

TEST_F(AccelerationOfASession, ComparesNothingTwiceButOnDemand) {
    accelerate();
    accelerate();
    EXPECT_THAT(done, ElementsAre("survey"));
    EXPECT_EQ(routes(), all);
    accelerate("pi", true);
    EXPECT_EQ(tried, all);
    EXPECT_EQ(routes(), all);
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 2U) << "and the twins are made anew";
}

TEST_F(AccelerationOfASession, TakesToolsOfADirectoryForOneSessionAlone) {
    inspection = "arch arm64\nos Gentoo Linux\nchecked ok\n"; // no Debian
    trees.clear();                                            // of its creation
    const auto from = [](int fd) { return AccelOrder{false, {}, std::make_shared<sys::Fd>(fd)}; };
    const auto job = ledger->accelerate("pi", from(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), user);
    ASSERT_TRUE(job) << job.error().message;
    const Job done_job = ended(*job);
    EXPECT_EQ(done_job.state, JobState::exited) << done_job.refusal.message;
    EXPECT_EQ(routes(), all);
    ASSERT_EQ(trees.size(), 1U) << "nobody asked what the root is";
    EXPECT_THAT(trees[0], Contains("--given"));
    EXPECT_THAT(trees[0], Not(Contains("--suite")));
    accelerate("pi", true);
    EXPECT_EQ(tried, all);
    EXPECT_EQ(trees.size(), 1U) << "it was given once";
    EXPECT_EQ(create("other").state, JobState::exited);
    inspection = "arch arm64\nos Debian GNU/Linux 12 (bookworm)\nsuite bookworm\nchecked ok\n";
    accelerate("other"); // whose twins have the digest that the directory's said
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 2U) << "others get twins of their own";
    EXPECT_EQ(ledger->view("other")->acceleration, "on");
    EXPECT_EQ(routes("other"), all);
    accelerate("pi");
    EXPECT_EQ(trees.size(), 4U) << "two looks, two makings: the first keeps its own";
}

TEST_F(AccelerationOfASession, ComparesAFileThatChanged) {
    accelerate();
    inodes[sed] = 7;
    accelerate();
    EXPECT_EQ(tried, Paths{sed});
    EXPECT_EQ(routes(), all);
}

TEST_F(AccelerationOfASession, IsSwitchedOffAndOnAgain) {
    accelerate();
    ASSERT_TRUE(ledger->emulate("pi"));
    EXPECT_TRUE(until_routes({}));
    EXPECT_EQ(state_of(), "off");
    EXPECT_EQ(shown(sed), "acceleration is off");
    accelerate();
    EXPECT_THAT(tried, IsEmpty());
    EXPECT_EQ(routes(), all);
}

TEST_F(AccelerationOfASession, SaysWhyAToolThatIsThereHasNoTwin) {
    missing = {"/usr/bin/rustc"};
    accelerate();
    EXPECT_EQ(shown("/usr/bin/perl").find("not proven: "), 0U) << shown("/usr/bin/perl");
    EXPECT_EQ(shown("/usr/bin/rustc"), "not there");
    EXPECT_FALSE(tried.contains("/usr/bin/perl"));
    EXPECT_EQ(routes(), all);
}

TEST_F(AccelerationOfASession, SwitchesClassesOfTools) {
    accelerate("pi", false, {ToolClass::shell, ToolClass::build});
    EXPECT_EQ(tried, (Paths{sed, make})) << "what is off is not compared";
    EXPECT_EQ(routes(), (Paths{sed, make}));
    EXPECT_EQ(shown(tar), "class archive is off");
    ASSERT_TRUE(ledger->emulate("pi", {ToolClass::shell}));
    EXPECT_TRUE(until_routes({make}));
    EXPECT_EQ(shown(sed), "class shell is off");
    EXPECT_TRUE(ledger->view("pi")->acceleration_off.contains(ToolClass::shell));
    accelerate("pi", true);
    EXPECT_EQ(tried, Paths{make}) << "a comparison changes nothing of the choice";
    restart();
    EXPECT_TRUE(until_routes({make})) << "and it is kept";
    accelerate("pi", false, {ToolClass::shell});
    EXPECT_EQ(routes(), (Paths{sed, make}));
    accelerate();
    EXPECT_EQ(routes(), all);
    EXPECT_FALSE(ledger->accelerate("pi", {true, {ToolClass::shell}}, user));
}

TEST_F(AccelerationOfASession, ComesBackWhenTheSessionStartsAgain) {
    accelerate();
    ASSERT_TRUE(stop("pi"));
    EXPECT_EQ(shown(sed), "the session does not run");
    inodes[tar] = 9; // by another hand, meanwhile
    done.clear();
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(until_routes({sed, make}));
    EXPECT_THAT(done, ElementsAre("survey"));
    EXPECT_EQ(shown(tar), "the file changed: verify again");
}

TEST_F(AccelerationOfASession, OutlivesARestartOfFrankend) {
    accelerate();
    restart();
    EXPECT_TRUE(until([&] { return machine.session("pi")->routes.laid.size() > 3; }));
    EXPECT_EQ(routes(), all);
}

TEST_F(AccelerationOfASession, CanBeCancelledAndBegunAgain) {
    hangs = "check";
    const auto job = ledger->accelerate("pi", {}, user);
    ASSERT_TRUE(job);
    ASSERT_TRUE(until([&] { return !done.empty() && done.back() == "check"; }));
    EXPECT_EQ(state_of(), "busy");
    EXPECT_FALSE(ledger->accelerate("pi", {}, user)) << "one at a time";
    EXPECT_EQ(ledger->emulate("pi").error().error, Error::busy);
    ASSERT_TRUE(ledger->cancel(*job));
    EXPECT_EQ(ended(*job).state, JobState::cancelled);
    hangs.clear();
    EXPECT_EQ(accelerate().state, JobState::exited);
    EXPECT_EQ(routes(), all);
}

TEST_F(AccelerationOfASession, UndoesTwinsThatWereNotFinished) {
    making_hangs = "twins";
    const auto job = ledger->accelerate("pi", {}, user);
    ASSERT_TRUE(job);
    ASSERT_TRUE(until([&] { return machine.count(plan::LaunchOp::make_twins) == 1; }));
    settle();
    ASSERT_TRUE(ledger->cancel(*job));
    EXPECT_EQ(ended(*job).state, JobState::cancelled);
    EXPECT_TRUE(until([&] { return machine.trees.size() == 1; })) << "the session's own is left";
    EXPECT_EQ(state_of(), "none");
}

TEST_F(AccelerationOfASession, EndsWithItsSession) {
    hangs = "check";
    const auto job = ledger->accelerate("pi", {}, user);
    ASSERT_TRUE(job);
    ASSERT_TRUE(until([&] { return !done.empty() && done.back() == "check"; }));
    ASSERT_TRUE(stop("pi"));
    const Job over = ended(*job);
    EXPECT_EQ(over.state, JobState::failed);
    EXPECT_THAT(over.refusal.message, HasSubstr("ended meanwhile"));
}

TEST_F(AccelerationOfASession, FailsInWords) {
    making.clear();
    EXPECT_EQ(accelerate().state, JobState::failed);
    making = "twin usr/bin/sed\ndigest " + std::string(64, 'a') + "\nchecked ok\n";
    inspection = "arch arm64\nos Gentoo\nchecked ok\n";
    EXPECT_THAT(accelerate().refusal.message, HasSubstr("a Debian alone"));
    inspection = "arch arm64\nos Debian\nsuite bookworm\nchecked ok\n";
    machine.fail(plan::LaunchOp::lend_twins, plan::Rung::storage, ENOENT);
    EXPECT_EQ(accelerate().state, JobState::failed);
    machine.failures.clear();
    machine.session("pi")->routes.error = ENOMEM;
    EXPECT_THAT(accelerate().refusal.message, HasSubstr("could not lay routes: Cannot allocate memory"));
    machine.session("pi")->routes.error = 0;
    EXPECT_EQ(accelerate().state, JobState::exited);
    EXPECT_EQ(routes(), Paths{sed});
}

TEST_F(AccelerationOfASession, DoesNotWaitForAFrankInitThatSaysNothing) {
    patience.spawn = std::chrono::milliseconds(100);
    restart();
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->routes.error.reset();
    EXPECT_THAT(accelerate().refusal.message, HasSubstr("did not take routes"));
}

TEST_F(AccelerationOfASession, SharesTwinsAndDropsThemWithTheLastRoot) {
    accelerate();
    EXPECT_EQ(create("zero").state, JobState::exited);
    accelerate("zero");
    EXPECT_EQ(machine.count(plan::LaunchOp::make_twins), 1U);
    (void)ended(*ledger->destroy("pi", true, user));
    settle();
    EXPECT_EQ(machine.trees.size(), 2U) << "zero's and the twins";
    (void)ended(*ledger->destroy("zero", true, user));
    EXPECT_TRUE(until([&] { return machine.trees.empty(); }));
}

class CallsOfAJob : public AccelerationOfASession {
  protected:
    CallsOfAJob() { accelerate(); }
    /// As frank-exec does at every exec of a job whose first process is `group`.
    void called(int group, bool native, int times = 1) {
        const sys::Fd &file = machine.session("pi")->routes.calls;
        for (int i = 0; i < times; ++i) {
            const plan::ExecCall call{1, static_cast<std::uint16_t>(native ? 1 : 0), group};
            (void)::lseek(file.get(), 0, SEEK_END);
            ASSERT_EQ(::write(file.get(), &call, sizeof call), static_cast<ssize_t>(sizeof call));
        }
    }
    static constexpr int first_process = 42; ///< FakeInit's
};

TEST_F(CallsOfAJob, AreOnItsRecordWhenItHasEnded) {
    const JobId job = run("pi", {"sleep"});
    called(first_process, true, 3);
    called(first_process, false);
    called(7, true); // somebody else's
    EXPECT_EQ(ledger->calls_of(job), (Calls{3, 1})) << "while it runs";
    called(first_process, true);
    machine.session("pi")->end(job, 0);
    EXPECT_EQ(ended(job).calls, (Calls{4, 1}));
    EXPECT_EQ(ledger->calls_of(job), (Calls{4, 1}));
    restart();
    EXPECT_EQ(ledger->calls_of(job), (Calls{4, 1})) << "after a restart of frankend";
}

TEST_F(CallsOfAJob, BeginAnewWithTheNextOfThatNumber) {
    const JobId job = run("pi", {"sleep"});
    called(first_process, true, 3);
    machine.session("pi")->end(job, 0);
    (void)ended(job);
    const JobId next = run("pi", {"sleep"});
    EXPECT_EQ(ledger->calls_of(next), (Calls{0, 0}));
}

TEST_F(CallsOfAJob, AreKnownOfOneThatEndsWithItsSession) {
    const JobId job = run("pi", {"sleep"});
    called(first_process, true, 2);
    ASSERT_TRUE(stop("pi"));
    EXPECT_EQ(ended(job).calls, (Calls{2, 0}));
}

TEST_F(CallsOfAJob, GoOnAfterARestartOfFrankend) {
    const JobId job = run("pi", {"sleep"});
    restart();
    ASSERT_TRUE(until_routes(all));
    called(first_process, true, 2);
    EXPECT_TRUE(until([&] { return ledger->calls_of(job) == Calls{2, 0}; }));
    machine.session("pi")->end(job, 0);
    EXPECT_EQ(ended(job).calls, (Calls{2, 0}));
}

} // namespace
