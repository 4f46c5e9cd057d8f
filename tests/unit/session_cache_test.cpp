// What ccache keeps: outside of the roots, for those that have it, gone with the last of them.
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::CacheSharing;
using plan::LaunchOp;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class CompilerCaches : public test::LedgerTest {
  protected:
    CompilerCaches() {
        const auto ccache = plan::parse_workaround(
            "ccache",
            "why = \"x\"\n[match]\npaths = [\"/usr/bin/ccache\"]\n[environment]\nCCACHE_DIR = "
            "\"/run/frankend/ccache\"\n",
            "ccache");
        EXPECT_TRUE(ccache) << ccache.error().message;
        EXPECT_TRUE(known.workarounds.add(*ccache));
        machine.on_init = [this](test::FakeInit &init) { init.finds = finds; };
        machine.script = [this](test::FakeCommand &command) {
            if (command.argv.front() == "/frank/frank-tree" && command.argv[1] == "inspect") {
                command.write(1, "arch arm64\nos x\n" + suite + "checked ok\n");
                return test::FakeOutcome::exits(0);
            }
            if (!command.workshop)
                environment = command.env;
            return test::FakeMachine::usual(command);
        };
        again();
        EXPECT_EQ(create("pi").state, JobState::exited);
        EXPECT_EQ(create("other").state, JobState::exited);
    }
    void again() {
        ledger.reset();
        ledger = std::make_unique<Ledger>(loop, config, Ledger::Directories{state(), runtime()}, machine,
                                          patience, known);
        ledger->observe(&record);
        ledger->recover();
    }
    /// What a command of it gets.
    std::vector<std::string> environment_in(const std::string &name) {
        environment = {"(none)"};
        EXPECT_NE(run(name, {"true"}), 0U);
        return environment;
    }
    std::vector<plan::Instance> lent() const {
        std::vector<plan::Instance> all;
        for (const auto &request : machine.requests)
            if (request.op == LaunchOp::lend_cache)
                all.push_back(request.instance);
        return all;
    }
    std::size_t written() const {
        const std::filesystem::directory_iterator files(state() + "/caches");
        return static_cast<std::size_t>(std::distance(begin(files), end(files)));
    }

    Catalogue known;
    std::uint64_t finds = 1;
    std::string suite = "suite bookworm\n";
    std::vector<std::string> environment;
};

TEST_F(CompilerCaches, AreThereForRootsWithCcache) {
    EXPECT_THAT(environment_in("pi"), ElementsAre("CCACHE_DIR=/run/frankend/ccache"));
    EXPECT_THAT(machine.session("pi")->binds, ElementsAre("/run/frankend/ccache"));
    finds = 0;
    EXPECT_THAT(environment_in("other"), IsEmpty());
    EXPECT_THAT(machine.session("other")->binds, IsEmpty());
}

TEST_F(CompilerCaches, AreLentForTheSessionsIds) {
    ASSERT_TRUE(start("pi"));
    const auto asked = std::ranges::find(machine.requests, LaunchOp::lend_cache, &plan::LaunchRequest::op);
    ASSERT_NE(asked, machine.requests.end());
    EXPECT_EQ(asked->id_base, ledger->view("pi")->settings.id_base);
    EXPECT_NE(asked->instance, ledger->view("pi")->settings.instance);
}

TEST_F(CompilerCaches, AreSharedByRootsOfOneSuite) {
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(start("other"));
    ASSERT_EQ(lent().size(), 2U);
    EXPECT_EQ(lent()[0], lent()[1]);
    EXPECT_EQ(written(), 1U);
}

TEST_F(CompilerCaches, AreARootsOwnWhereThatIsWanted) {
    config.defaults.ccache = CacheSharing::own;
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(start("other"));
    ASSERT_EQ(lent().size(), 2U);
    EXPECT_NE(lent()[0], lent()[1]);
    EXPECT_EQ(written(), 2U);
}

TEST_F(CompilerCaches, AreARootsOwnWhereNobodyKnowsItsToolchain) {
    suite = "";
    ASSERT_EQ(create("gentoo").state, JobState::exited);
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(start("gentoo"));
    EXPECT_NE(lent()[0], lent()[1]);
}

TEST_F(CompilerCaches, CanBeSwitchedOffForAllAndForOne) {
    config.defaults.ccache = CacheSharing::off;
    EXPECT_THAT(environment_in("pi"), IsEmpty());
    EXPECT_THAT(lent(), IsEmpty());
    config.defaults.ccache = CacheSharing::shared;
    ASSERT_TRUE(ledger->switch_workaround("other", "ccache", false));
    EXPECT_THAT(environment_in("other"), IsEmpty());
    EXPECT_THAT(lent(), IsEmpty());
    EXPECT_EQ(written(), 0U);
}

TEST_F(CompilerCaches, ThatCannotBeHadKeepNoSessionFromStarting) {
    machine.fail(LaunchOp::lend_cache, plan::Rung::storage, ENOSPC);
    EXPECT_THAT(environment_in("pi"), IsEmpty()) << "ccache does as it does anyway";
    machine.failures.clear();
    ASSERT_TRUE(stop("pi"));
    EXPECT_THAT(environment_in("pi"), Contains("CCACHE_DIR=/run/frankend/ccache"));
}

TEST_F(CompilerCaches, AreKeptOverARestartOfFrankend) {
    ASSERT_TRUE(start("pi"));
    again();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_THAT(environment_in("pi"), ElementsAre("CCACHE_DIR=/run/frankend/ccache"));
    ASSERT_EQ(lent().size(), 2U);
    EXPECT_EQ(lent()[0], lent()[1]) << "frank-init knows whether it is there";
}

TEST_F(CompilerCaches, OutliveTheRootTheyWereMadeForAndGoWithTheLast) {
    ASSERT_TRUE(start("pi"));
    const auto cache = lent().at(0);
    (void)ended(*ledger->destroy("pi", true, user));
    settle();
    EXPECT_TRUE(machine.trees.contains(cache)) << "the other root may use it";
    (void)ended(*ledger->destroy("other", true, user));
    EXPECT_TRUE(until([&] { return !machine.trees.contains(cache) && written() == 0; }));
}

TEST_F(CompilerCaches, ThatNobodyUsesAreFoundAtTheNextStartOfFrankend) {
    ASSERT_TRUE(start("pi"));
    const auto cache = lent().at(0);
    machine.silent.insert(LaunchOp::drop_tree); // frankend dies before that is done
    (void)ledger->destroy("pi", true, user);
    (void)ledger->destroy("other", true, user);
    settle();
    machine.silent.clear();
    again();
    EXPECT_TRUE(until([&] { return !machine.trees.contains(cache) && written() == 0; }));
}

} // namespace
