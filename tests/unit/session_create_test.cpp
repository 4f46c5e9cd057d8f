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

class Create : public test::LedgerTest {
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

TEST_F(Create, UnpacksAnArchiveAndLearnsWhatItIs) {
    watch_tools();
    const Job job = create("rpi3");
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(job.status, 0);
    const auto view = ledger->view("rpi3");
    ASSERT_TRUE(view);
    EXPECT_EQ(view->state, SessionState::stopped);
    EXPECT_EQ(view->settings.arch, plan::Arch::arm64);
    EXPECT_EQ(view->settings.os_name, "Debian GNU/Linux 12 (bookworm)");
    EXPECT_EQ(view->settings.disk_ids, plan::DiskIds::foreign);
    EXPECT_EQ(view->settings.owner, user);
    EXPECT_TRUE(view->settings.complete);
    EXPECT_THAT(tool_calls, ElementsAre(ElementsAre("/frank/frank-tree", "unpack", "/target"),
                                        ElementsAre("/frank/frank-tree", "inspect", "/target")));
    EXPECT_THAT(tool_networks, Each(plan::Network::none));
    EXPECT_THAT(files_in(runtime() + "/workshops"), IsEmpty());
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
}

TEST_F(Create, TellsItsNewsInOrder) {
    (void)create("rpi3");
    EXPECT_EQ(record.heard.at(0), "session_added rpi3");
    EXPECT_EQ(record.heard.at(1), "job_added 1");
    EXPECT_EQ(record.heard.back(), "job_changed 1");
}

TEST_F(Create, ShowsTheSessionAsBeingCreated) {
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    ASSERT_TRUE(job);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::creating);
    EXPECT_EQ(ledger->find_job(*job)->kind, JobKind::create);
    EXPECT_EQ(ledger->find_job(*job)->description, "create rpi3 from what the user said");
    EXPECT_EQ(start("rpi3").error().error, Error::invalid_state);
    EXPECT_EQ(stop("rpi3").error().error, Error::invalid_state);
    EXPECT_EQ(ledger->destroy("rpi3", true, user).error().error, Error::busy);
    EXPECT_FALSE(ledger->idle());
}

TEST_F(Create, RemembersTheSettingsBeforeItActs) {
    machine.silent.insert(plan::LaunchOp::make_tree);
    ASSERT_TRUE(ledger->create(request("rpi3", plan::RootKind::archive), some_file()));
    EXPECT_THAT(files_in(state() + "/rootfs"), ElementsAre("rpi3/session.toml"));
}

TEST_F(Create, GivesTheArchiveToTheToolAsStandardInput) {
    std::string seen;
    machine.script = [&seen](FakeCommand &command) {
        if (command.workshop && command.argv.at(1) == "unpack") {
            seen.resize(64);
            seen.resize(static_cast<std::size_t>(::read(command.fd(0), seen.data(), seen.size())));
        }
        return FakeMachine::usual(command);
    };
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ASSERT_EQ(::write(ends[1], "a tarball", 9), 9);
    ASSERT_EQ(::close(ends[1]), 0);
    EXPECT_EQ(ended(*ledger->create(request("rpi3", plan::RootKind::archive), sys::Fd(ends[0]))).state,
              JobState::exited);
    EXPECT_EQ(seen, "a tarball");
}

TEST_F(Create, BootstrapsDebianWithANetworkAndLooksAtItWithout) {
    watch_tools();
    auto wanted = request("rpi3", plan::RootKind::debian);
    wanted.arch = plan::Arch::arm64;
    wanted.suite = "bookworm";
    wanted.source.clear();
    wanted.include = {"gcc", "sudo"};
    EXPECT_EQ(ended(*ledger->create(wanted, {})).state, JobState::exited);
    EXPECT_THAT(
        tool_calls,
        ElementsAre(ElementsAre("/frank/frank-tree", "bootstrap", "/target", "--suite", "bookworm", "--arch",
                                "arm64", "--variant", "minbase", "--include", "gcc", "--include", "sudo"),
                    ElementsAre("/frank/frank-tree", "inspect", "/target", "--arch", "arm64")));
    EXPECT_THAT(tool_networks, ElementsAre(plan::Network::host, plan::Network::none));
    EXPECT_EQ(machine.inits.at(0)->request.arches[0], plan::Arch::arm64);
    EXPECT_EQ(ledger->view("rpi3")->settings.source, "debian:bookworm");
}

TEST_F(Create, UsesADirectoryOfTheCallersWithOneIdOnly) {
    watch_tools();
    machine.tree_owner = user;
    EXPECT_EQ(create("rpi3", plan::RootKind::directory).state, JobState::exited);
    EXPECT_EQ(ledger->view("rpi3")->settings.disk_ids, plan::DiskIds::owner);
    EXPECT_THAT(tool_calls, ElementsAre(ElementsAre("/frank/frank-tree", "inspect", "/target")));
    EXPECT_EQ(machine.inits.at(0)->request.disk_ids, plan::DiskIds::owner);
    EXPECT_EQ(machine.count(plan::LaunchOp::adopt_tree), 1U);
    EXPECT_EQ(machine.count(plan::LaunchOp::make_tree), 0U);
}

TEST_F(Create, UsesADirectoryOfRootsOrOthersAsItIs) {
    EXPECT_EQ(create("others", plan::RootKind::directory).state, JobState::exited);
    EXPECT_EQ(ledger->view("others")->settings.disk_ids, plan::DiskIds::plain);
    const auto job = ledger->create(request("roots", plan::RootKind::directory, 0), some_file());
    EXPECT_EQ(ended(*job).state, JobState::exited);
    EXPECT_EQ(ledger->view("roots")->settings.disk_ids, plan::DiskIds::plain);
}

TEST_F(Create, RefusesANameThatIsTaken) {
    (void)create("rpi3");
    EXPECT_EQ(ledger->create(request("rpi3", plan::RootKind::archive), some_file()).error().error,
              Error::already_exists);
}

TEST_F(Create, RefusesWithoutASource) {
    EXPECT_EQ(ledger->create(request("rpi3", plan::RootKind::archive), {}).error().error,
              Error::invalid_argument);
    EXPECT_EQ(ledger->create(request("rpi3", plan::RootKind::debian), {}).error().error,
              Error::invalid_argument);
    expect_nothing_left();
}

TEST_F(Create, LimitsSessionsForEachUid) {
    config.limits.sessions = 2;
    (void)create("one");
    (void)create("two");
    const auto third = ledger->create(request("three", plan::RootKind::archive), some_file());
    EXPECT_EQ(third.error().error, Error::limit_exceeded);
    EXPECT_THAT(third.error().message, HasSubstr("destroy one"));
    EXPECT_TRUE(ledger->create(request("three", plan::RootKind::archive, user + 1), some_file()));
}

TEST_F(Create, GivesEachSessionItsOwnIds) {
    std::set<std::uint32_t> bases;
    std::set<std::array<std::uint8_t, 16>> instances;
    for (const char *name : {"a", "b", "c"}) {
        (void)create(name);
        EXPECT_TRUE(bases.insert(ledger->view(name)->settings.id_base).second);
        EXPECT_TRUE(instances.insert(ledger->view(name)->settings.instance).second);
    }
}

TEST_F(Create, FailsCleanlyWhenNothingCanBeWritten) {
    // A file where the session's directory must be: the first write breaks.
    std::ofstream(state() + "/rootfs/rpi3") << "in the way";
    const auto job = ledger->create(request("rpi3", plan::RootKind::archive), some_file());
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().error, Error::failed);
    EXPECT_THAT(ledger->session_names(), IsEmpty());
    EXPECT_EQ(machine.requests.size(), 0U);
    EXPECT_TRUE(ledger->idle());
}

TEST_F(Create, GivesUpOnALauncherThatDoesNotAnswer) {
    patience.storage = std::chrono::milliseconds(50);
    restart();
    machine.silent.insert(plan::LaunchOp::make_tree);
    const Job job = create("rpi3");
    EXPECT_EQ(job.refusal.error, Error::unavailable);
    EXPECT_TRUE(until([&] { return ledger->idle(); }));
    expect_nothing_left();
}

TEST_F(Create, DescribesWithoutDoing) {
    auto wanted = request("rpi3", plan::RootKind::archive);
    wanted.arch = plan::Arch::arm64;
    EXPECT_FALSE(ledger->describe(wanted).value().empty());
    EXPECT_TRUE(machine.requests.empty());
    expect_nothing_left();
}

} // namespace
