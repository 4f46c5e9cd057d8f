// A root that holds programs of several architectures.
#include "daemon/session/launch_requests.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::Arch;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::uint64_t bits(std::initializer_list<Arch> arches) {
    plan::ArchSet set;
    for (const Arch arch : arches)
        set.insert(arch);
    return set.bits();
}

class SeveralArches : public test::LedgerTest {
  protected:
    std::string inspected = "arch arm64\nos Debian\nchecked ok\n";
    std::uint64_t held = 0; ///< what frank-init says that the root holds

    void SetUp() override {
        machine.emulators = {Arch::arm64, Arch::armel, Arch::mips}; // one of each emulator
        machine.script = [this](FakeCommand &command) {
            if (!command.workshop || command.argv.at(1) != "inspect")
                return FakeMachine::usual(command);
            command.write(1, inspected);
            return test::FakeOutcome::exits(0);
        };
        machine.on_init = [this](FakeInit &init) { init.needs = init.is_workshop() ? 0 : held; };
    }
    std::vector<Arch> asked_for() const {
        const plan::LaunchRequest &request = machine.requests.back();
        return {request.arches.begin(), request.arches.begin() + request.arch_count};
    }
    std::size_t starts() const { return machine.count(plan::LaunchOp::start_session); }
    plan::ArchSet extra() const { return ledger->view("rpi3")->settings.extra_arches; }
};

TEST_F(SeveralArches, AreLearnedWhenItIsCreatedAndRegisteredWhenItStarts) {
    inspected = "arch arm64\nextra armhf\nextra i386\nextra arm64\nextra nonsense\nos Debian\nchecked ok\n";
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    EXPECT_EQ(extra().bits(), bits({Arch::armhf, Arch::i386}));
    ASSERT_TRUE(start("rpi3"));
    EXPECT_THAT(asked_for(), ElementsAre(Arch::arm64, Arch::armhf)) << "i386 needs nothing";
    EXPECT_THAT(plan::to_toml(ledger->view("rpi3")->settings), HasSubstr("\nextra_arches = 'i386 armhf'\n"));
    restart();
    EXPECT_EQ(extra().bits(), bits({Arch::armhf, Arch::i386})) << "and remembered";
}

TEST_F(SeveralArches, OfThirtyTwoBitIntelAreEmulatedWhereTheKernelDoesNotRunThem) {
    inspected = "arch i386\nos Debian\nchecked ok\n";
    ASSERT_EQ(create("old").state, JobState::exited);
    ASSERT_TRUE(start("old"));
    EXPECT_THAT(asked_for(), IsEmpty());
    EXPECT_TRUE(plan::is_native_32_bit(machine.requests.back()));
    ASSERT_TRUE(stop("old"));
    machine.runs_i386 = false;
    machine.emulators.push_back(Arch::i386);
    ASSERT_TRUE(start("old"));
    EXPECT_THAT(asked_for(), ElementsAre(Arch::i386));
    EXPECT_FALSE(plan::is_native_32_bit(machine.requests.back())) << "uname is the emulator's to answer";
    inspected = "arch arm64\nextra i386\nos Debian\nchecked ok\n";
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    ASSERT_TRUE(start("rpi3"));
    EXPECT_THAT(asked_for(), ElementsAre(Arch::arm64, Arch::i386));
}

TEST_F(SeveralArches, MoreThanASessionCanRunAreNamed) {
    machine.emulators.clear();
    for (const plan::ArchInfo &entry : plan::arch_table())
        if (!entry.native)
            machine.emulators.push_back(entry.arch);
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64, Arch::armhf, Arch::armel, Arch::riscv64, Arch::ppc64el, Arch::s390x,
                 Arch::mips64el, Arch::mipsel});
    ASSERT_TRUE(start("rpi3"));
    EXPECT_THAT(ledger->view("rpi3")->findings, testing::IsEmpty()) << "eight are not too many";
    ASSERT_TRUE(stop("rpi3"));
    held |= bits({Arch::alpha, Arch::m68k});
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(asked_for().size(), 8U);
    const auto view = ledger->view("rpi3");
    ASSERT_EQ(view->findings.size(), 1U);
    EXPECT_THAT(view->findings.front().seen, HasSubstr("not of these: alpha, m68k"));
}

TEST_F(SeveralArches, OneThatIsNewBeginsTheSessionAgainBeforeAnythingRunsInIt) {
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64, Arch::armhf});
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(starts(), 2U);
    EXPECT_THAT(asked_for(), ElementsAre(Arch::arm64, Arch::armhf));
    EXPECT_EQ(extra().bits(), bits({Arch::armhf}));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::running);
    ASSERT_TRUE(stop("rpi3"));
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(starts(), 3U) << "the next start knows it";
}

TEST_F(SeveralArches, ACommandThatWaitsForTheStartRunsInTheSecondOne) {
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64, Arch::armhf});
    const Job job = ended(run("rpi3", {"echo", "once"}));
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(starts(), 2U);
}

TEST_F(SeveralArches, OneThatIsGoneIsForgottenWithoutAnotherStart) {
    inspected = "arch arm64\nextra armhf\nos Debian\nchecked ok\n";
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64});
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(starts(), 1U);
    EXPECT_TRUE(extra().empty());
}

TEST_F(SeveralArches, OneWithoutAnEmulatorHereIsShownAndKeepsNothingFromStarting) {
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64, Arch::s390x, Arch::amd64});
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(starts(), 1U);
    EXPECT_EQ(extra().bits(), bits({Arch::s390x, Arch::amd64}));
    EXPECT_THAT(asked_for(), ElementsAre(Arch::arm64));
}

TEST_F(SeveralArches, ARootThatAlwaysHasNewsBeginsAgainOnce) {
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    machine.on_init = [this](FakeInit &init) {
        init.needs = starts() % 2 == 1 ? bits({Arch::arm64, Arch::armhf}) : bits({Arch::arm64, Arch::mips});
    };
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(starts(), 2U);
}

TEST_F(SeveralArches, AnInitThatDoesNotTellChangesNothing) {
    inspected = "arch arm64\nextra armhf\nos Debian\nchecked ok\n";
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(extra().bits(), bits({Arch::armhf}));
}

TEST_F(SeveralArches, AStartThatFailsTheSecondTimeIsToldAsFailed) {
    ASSERT_EQ(create("rpi3").state, JobState::exited);
    held = bits({Arch::arm64, Arch::armhf});
    machine.on_init = [this](FakeInit &init) {
        init.needs = held;
        machine.fail(plan::LaunchOp::start_session, plan::Rung::binfmt, EINVAL);
    };
    EXPECT_EQ(start("rpi3").error().error, Error::launch_failed);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    machine.failures.clear();
    EXPECT_TRUE(start("rpi3")) << "and the next may work";
}

TEST_F(SeveralArches, ManyAreAsManyAsALaunchTakes) {
    plan::SessionSettings settings = [&] {
        EXPECT_EQ(create("rpi3").state, JobState::exited);
        return ledger->view("rpi3")->settings;
    }();
    std::vector<Arch> emulated;
    for (const plan::ArchInfo &entry : plan::arch_table()) {
        settings.extra_arches.insert(entry.arch);
        emulated.push_back(entry.arch);
    }
    const auto arches = arches_of(settings, emulated);
    EXPECT_EQ(arches.size(), plan::LaunchRequest{}.arches.size());
    EXPECT_EQ(arches.front(), Arch::arm64);
    EXPECT_EQ(std::ranges::count(arches, Arch::arm64), 1);
    EXPECT_THAT(arches_of(settings, {}), ElementsAre(Arch::arm64)) << "its own is wanted whatever is here";
}

} // namespace
