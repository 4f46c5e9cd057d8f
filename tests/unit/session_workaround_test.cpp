#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeOutcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// "go" (question 0) and "portage" (question 1) are known.
class WorkaroundsOfASession : public test::LedgerTest {
  protected:
    WorkaroundsOfASession() {
        add("go", "[environment]\nGOMAXPROCS = \"1\"\n[limits]\nstack = 65536\n");
        add("portage", "[environment]\nFEATURES = \"-a\"\n[separators]\nFEATURES = \" \"\n");
        machine.on_init = [this](FakeInit &init) { init.finds = finds; };
        patience.look = std::chrono::milliseconds(100);
        restart_with_known();
        EXPECT_EQ(create("pi").state, JobState::exited);
    }
    void add(const std::string &name, const std::string &sets, const std::string &words = "") {
        const auto parsed = plan::parse_workaround(
            name, "why = \"x\"\n" + words + "[match]\npaths = [\"/" + name + "\"]\n" + sets, name);
        ASSERT_TRUE(parsed) << parsed.error().message;
        EXPECT_TRUE(known.workarounds.add(*parsed));
    }
    void restart_with_known() {
        ledger.reset();
        ledger = std::make_unique<Ledger>(loop, config, Ledger::Directories{state(), runtime()}, machine,
                                          patience, known);
        ledger->observe(&record);
        ledger->recover();
    }
    std::vector<std::string> names(const std::string &session = "pi") {
        std::vector<std::string> names;
        const auto view = ledger->view(session);
        for (const auto &one : view->workarounds)
            if (one.on)
                names.push_back(one.name);
        return names;
    }
    /// What a command of it is given.
    FakeCommand given(std::vector<std::string> own = {}, const std::string &as = "root") {
        FakeCommand seen;
        const auto before = machine.script;
        machine.script = [&](FakeCommand &command) {
            seen.env = command.env;
            seen.limits = command.limits;
            return FakeOutcome::exits(0);
        };
        plan::SpawnRequest order = command({"env"});
        order.env = std::move(own);
        order.user = as;
        EXPECT_TRUE(spawn("pi", std::move(order)));
        machine.script = before;
        return seen;
    }
    std::vector<std::string> environment(std::vector<std::string> own = {}) {
        return given(std::move(own)).env;
    }

    Catalogue known;
    std::optional<std::uint64_t> finds = 0;
};

TEST_F(WorkaroundsOfASession, AreLookedForAtEveryStart) {
    EXPECT_THAT(environment(), IsEmpty());
    EXPECT_THAT(machine.session("pi")->questions, ElementsAre(ElementsAre("/go"), ElementsAre("/portage")));
    ASSERT_TRUE(stop("pi"));
    finds = 1;
    EXPECT_THAT(environment(), ElementsAre("GOMAXPROCS=1"));
    EXPECT_THAT(names(), ElementsAre("go"));
    ASSERT_TRUE(stop("pi"));
    EXPECT_THAT(names(), ElementsAre("go")) << "also while it does not run";
    finds = 0;
    EXPECT_THAT(environment(), IsEmpty());
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(WorkaroundsOfASession, AreThereBeforeTheFirstCommand) {
    finds = 3;
    const auto job = spawn("pi", command({"true"}));
    ASSERT_TRUE(job);
    EXPECT_THAT(names(), ElementsAre("go", "portage"));
}

TEST_F(WorkaroundsOfASession, GiveWayToTheCallerWhoeverItIs) {
    finds = 3;
    EXPECT_THAT(environment({"GOMAXPROCS=8", "X=1"}), ElementsAre("FEATURES=-a", "GOMAXPROCS=8", "X=1"));
    EXPECT_THAT(environment({"FEATURES=a"}), ElementsAre("GOMAXPROCS=1", "FEATURES=-a a"));
    EXPECT_THAT(given({}, "1000").env, ElementsAre("GOMAXPROCS=1", "FEATURES=-a"));
}

TEST_F(WorkaroundsOfASession, SetLimitsToo) {
    EXPECT_EQ(given().limits, plan::SpawnLimits{});
    ASSERT_TRUE(stop("pi"));
    finds = 1;
    EXPECT_EQ(given().limits, (plan::SpawnLimits{65536, 0, 0}));
}

TEST_F(WorkaroundsOfASession, AreThoseThatWereAskedForWhateverTheRootSays) {
    finds = ~std::uint64_t{0};
    EXPECT_THAT(environment(), ElementsAre("GOMAXPROCS=1", "FEATURES=-a"));
    machine.session("pi")->say(plan::InitType::looked, 0); // nobody asked
    settle();
    EXPECT_THAT(names(), ElementsAre("go", "portage"));
}

TEST_F(WorkaroundsOfASession, StayWhatTheyWereWhereFrankInitDoesNotTell) {
    finds = 1;
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(stop("pi"));
    finds.reset();
    EXPECT_THAT(environment(), ElementsAre("GOMAXPROCS=1")) << "and it starts";
}

TEST_F(WorkaroundsOfASession, AreAskedForAgainByANewFrankend) {
    finds = 1;
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->finds = 2;
    restart_with_known();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_THAT(names(), ElementsAre("portage"));
}

TEST_F(WorkaroundsOfASession, AreSwitchedOffByName) {
    finds = 3;
    plan::CreateRequest order = request("other", plan::RootKind::archive);
    order.workarounds_off = {"portage"};
    const auto job = ledger->create(order, some_file());
    ASSERT_TRUE(job) << job.error().message;
    ASSERT_EQ(ended(*job).state, JobState::exited);
    ASSERT_TRUE(start("other"));
    EXPECT_THAT(names("other"), ElementsAre("go"));
    restart_with_known();
    EXPECT_THAT(ledger->view("other")->settings.workarounds_off, ElementsAre("portage"));
    order = request("third", plan::RootKind::archive);
    order.workarounds_off = {"portag"};
    EXPECT_THAT(ledger->create(order, some_file()).error().message, HasSubstr("there are: go, portage"));
}

TEST_F(WorkaroundsOfASession, AreSwitchedLaterToo) {
    finds = 3;
    EXPECT_FALSE(*ledger->switch_workaround("pi", "go", false)) << "it does not run: nothing waits";
    EXPECT_THAT(environment(), ElementsAre("FEATURES=-a"));
    EXPECT_TRUE(record.has("session_changed pi"));
    restart_with_known();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_THAT(ledger->view("pi")->settings.workarounds_off, ElementsAre("go")) << "kept";
    const auto shown = ledger->view("pi")->workarounds;
    ASSERT_EQ(shown.size(), 2U) << "what is off is shown too";
    EXPECT_FALSE(shown[0].on);
    EXPECT_EQ(shown[0].sets, "GOMAXPROCS=1, limit stack 65536");
    ASSERT_TRUE(stop("pi"));
    EXPECT_FALSE(*ledger->switch_workaround("pi", "go", true));
    EXPECT_THAT(environment(), ElementsAre("GOMAXPROCS=1", "FEATURES=-a"));
}

TEST_F(WorkaroundsOfASession, AreWhatTheyWereUntilTheNextStart) {
    finds = 3;
    ASSERT_TRUE(start("pi"));
    EXPECT_TRUE(*ledger->switch_workaround("pi", "go", false)) << "it waits";
    EXPECT_THAT(names(), ElementsAre("go", "portage"));
    EXPECT_THAT(environment(), ElementsAre("GOMAXPROCS=1", "FEATURES=-a"));
    EXPECT_FALSE(*ledger->switch_workaround("pi", "go", true)) << "as it is";
    EXPECT_TRUE(*ledger->switch_workaround("pi", "go", false));
    EXPECT_TRUE(*ledger->switch_workaround("pi", "go", false)) << "twice is once";
    ASSERT_TRUE(stop("pi"));
    EXPECT_THAT(names(), ElementsAre("portage"));
    EXPECT_THAT(environment(), ElementsAre("FEATURES=-a"));
}

TEST_F(WorkaroundsOfASession, SwitchedForTheNextStartWaitForItAlsoOverARestartOfFrankend) {
    finds = 3;
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(*ledger->switch_workaround("pi", "go", false));
    restart_with_known();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_TRUE(*ledger->switch_workaround("pi", "go", false)) << "it waits still";
    ASSERT_TRUE(stop("pi"));
    ASSERT_TRUE(start("pi"));
    EXPECT_FALSE(*ledger->switch_workaround("pi", "go", false)) << "it has come";
}

TEST_F(WorkaroundsOfASession, AreSwitchedOnlyWhereThereAreSuch) {
    EXPECT_THAT(ledger->switch_workaround("pi", "gone\n", false).error().message,
                HasSubstr("no work-around \"gone\\n\"; there are: go, portage"));
    EXPECT_EQ(ledger->switch_workaround("pi", "gone", true).error().error, Error::invalid_argument);
    EXPECT_EQ(ledger->switch_workaround("nobody", "go", true).error().error, Error::no_such_session);
    ASSERT_TRUE(ledger->switch_workaround("pi", "portage", false));
    known = {};
    restart_with_known();
    EXPECT_TRUE(ledger->switch_workaround("pi", "portage", true)) << "one whose file is gone since";
    EXPECT_THAT(ledger->view("pi")->settings.workarounds_off, IsEmpty());
}

TEST_F(WorkaroundsOfASession, AdviseWhereAJobBreaksInTheirWay) {
    add("toy", "", "advice = \"use toy-tcp\"\nbreakages = [\"segmentation-fault\"]\n");
    restart_with_known();
    finds = 4;
    machine.script = [](FakeCommand &) { return FakeOutcome::exits(139); };
    EXPECT_THAT(ended(run("pi", {"x"})).breakage.line, testing::EndsWith("; use toy-tcp"));
    machine.script = [](FakeCommand &) { return FakeOutcome::exits(132); };
    EXPECT_THAT(ended(run("pi", {"x"})).breakage.line, testing::Not(HasSubstr("toy-tcp")));
    ASSERT_TRUE(stop("pi"));
    finds = 0;
    machine.script = [](FakeCommand &) { return FakeOutcome::exits(139); };
    EXPECT_THAT(ended(run("pi", {"x"})).breakage.line, testing::Not(HasSubstr("toy-tcp")))
        << "not in the root";
}

TEST_F(WorkaroundsOfASession, KeepNobodyFromStoppingIt) {
    finds.reset();
    patience.look = std::chrono::minutes(1);
    restart_with_known();
    std::optional<plan::Result<void>> started;
    ledger->start("pi", [&](const plan::Result<void> &result) { started = result; });
    ASSERT_TRUE(until([&] { return machine.session("pi") && !machine.session("pi")->questions.empty(); }));
    EXPECT_EQ(ledger->view("pi")->state, SessionState::starting);
    EXPECT_TRUE(stop("pi"));
    ASSERT_TRUE(started);
    EXPECT_EQ(started->error().error, Error::cancelled);
    finds = 0;
    EXPECT_TRUE(start("pi"));
}

TEST_F(WorkaroundsOfASession, AreNotAskedForWhereNoneIsKnown) {
    known = {};
    restart_with_known();
    ASSERT_TRUE(start("pi"));
    EXPECT_THAT(machine.session("pi")->questions, IsEmpty());
}

TEST_F(WorkaroundsOfASession, AreInItsFileWithWhatItLiesOn) {
    plan::SessionSettings settings = ledger->view("pi")->settings;
    settings.workarounds = {"go", "portage"};
    settings.workarounds_off = {"node"};
    settings.storage = {{false, true}, "ext4"};
    const auto back = plan::settings_from_toml(plan::to_toml(settings));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->workarounds, settings.workarounds);
    EXPECT_EQ(back->workarounds_off, settings.workarounds_off);
    EXPECT_EQ(back->storage, settings.storage);
}

TEST(ParseCreate, RefusesWhatCannotBeAWorkaround) {
    plan::RawCreate raw;
    raw.name = "pi";
    raw.workarounds_off = {"go", "portage"};
    EXPECT_EQ(plan::parse_create(raw)->workarounds_off, raw.workarounds_off);
    raw.workarounds_off = {"go", "../portage\n"};
    EXPECT_THAT(plan::parse_create(raw).error().message,
                HasSubstr("\"../portage\\n\" cannot be a work-around"));
    raw.workarounds_off.assign(65, "go");
    EXPECT_EQ(plan::parse_create(raw).error().error, Error::limit_exceeded);
}

} // namespace
