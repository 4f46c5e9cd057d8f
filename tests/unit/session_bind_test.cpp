// Directories of the machine that a session sees: kept, laid at every start, taken away, never half there.

#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::LaunchOp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BindsOfASession : public test::LedgerTest {
  protected:
    BindsOfASession() { EXPECT_EQ(create("pi").state, JobState::exited); }

    static plan::Bind order(const std::string &target, bool writable = true) {
        plan::Bind bind;
        bind.source = "~" + target;
        bind.target = target;
        bind.owner = writable ? user : 0;
        bind.writable = writable;
        return bind;
    }
    plan::Result<void> bind(const std::string &target, bool writable = true) {
        return answered([&](Ledger::Done done) {
            ledger->bind("pi", order(target, writable), some_file(), std::move(done));
        });
    }
    plan::Result<void> unbind(const std::string &target) {
        return answered([&](Ledger::Done done) { ledger->unbind("pi", target, std::move(done)); });
    }
    plan::Result<void> answered(const std::function<void(Ledger::Done)> &ask) {
        std::optional<plan::Result<void>> result;
        ask([&result](const plan::Result<void> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "no answer";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    std::vector<std::string> targets() const {
        std::vector<std::string> all;
        const auto view = ledger->view("pi");
        for (const plan::Bind &bind : view->settings.binds)
            all.push_back(bind.target + (bind.settled ? "" : " (unsettled)"));
        return all;
    }
    std::vector<std::string> seen() { return machine.session("pi")->binds; }
    std::string written() const {
        std::ifstream file(state() + "/rootfs/pi/session.toml");
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(BindsOfASession, AreLaidAtEveryStart) {
    ASSERT_TRUE(bind("/src"));
    ASSERT_TRUE(bind("/doc", false));
    EXPECT_EQ(machine.count(LaunchOp::adopt_tree), 2U);
    EXPECT_EQ(machine.count(LaunchOp::lend_directory), 0U) << "nothing runs";
    EXPECT_THAT(targets(), ElementsAre("/doc", "/src"));
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(start("pi"));
        EXPECT_THAT(seen(), testing::UnorderedElementsAre("/doc", "/src"));
        ASSERT_TRUE(stop("pi"));
    }
    EXPECT_EQ(machine.count(LaunchOp::lend_directory), 4U);
    for (const auto &request : machine.requests)
        if (request.op == LaunchOp::lend_directory) {
            EXPECT_EQ(request.owner_uid, request.writable != 0 ? user : 0U);
            EXPECT_EQ(request.id_base, ledger->view("pi")->settings.id_base);
            EXPECT_NE(request.instance, ledger->view("pi")->settings.instance);
        }
}

TEST_F(BindsOfASession, AreThereBeforeTheFirstCommand) {
    ASSERT_TRUE(bind("/src"));
    std::vector<std::string> at_first;
    machine.script = [&](test::FakeCommand &command) {
        if (!command.workshop)
            at_first = seen();
        return test::FakeMachine::usual(command);
    };
    ASSERT_NE(run("pi", {"true"}), 0U);
    EXPECT_THAT(at_first, ElementsAre("/src"));
}

TEST_F(BindsOfASession, AppearAndGoWhileItRuns) {
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(bind("/src"));
    EXPECT_THAT(seen(), ElementsAre("/src"));
    EXPECT_THAT(targets(), ElementsAre("/src"));
    EXPECT_TRUE(record.has("session_changed pi"));
    ASSERT_TRUE(unbind("/src"));
    EXPECT_THAT(seen(), IsEmpty());
    EXPECT_THAT(targets(), IsEmpty());
    EXPECT_EQ(machine.trees.size(), 1U) << "frank-launcher remembers it no more";
    ASSERT_TRUE(bind("/src")) << "and again";
}

TEST_F(BindsOfASession, AreKeptOverARestartOfFrankendAndLaidAnew) {
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(bind("/src"));
    restart();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_THAT(targets(), ElementsAre("/src"));
    EXPECT_EQ(machine.count(LaunchOp::lend_directory), 2U) << "frank-init knows whether it is there";
}

TEST_F(BindsOfASession, LeaveNothingWhereTheLauncherRefuses) {
    machine.fail(LaunchOp::adopt_tree, plan::Rung::storage, EPERM, "/etc, which is this machine's own");
    const auto refused = bind("/src");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("\"~/src\" cannot be bound at /src: "));
    EXPECT_THAT(refused.error().message, HasSubstr("/etc, which is this machine's own"));
    EXPECT_THAT(targets(), IsEmpty());
    machine.failures.clear();
    ASSERT_TRUE(start("pi"));
    machine.fail(LaunchOp::lend_directory, plan::Rung::open_tree, EINVAL);
    EXPECT_THAT(bind("/src").error().message, HasSubstr("cannot be idmapped"));
    EXPECT_THAT(targets(), IsEmpty());
    machine.failures.clear();
    machine.session("pi")->bind_error = ENOTDIR;
    EXPECT_THAT(bind("/src").error().message, HasSubstr("Not a directory"));
    EXPECT_THAT(targets(), IsEmpty());
    EXPECT_EQ(machine.trees.size(), 1U) << "its own tree alone";
    EXPECT_THAT(written(), testing::Not(HasSubstr("binds")));
}

TEST_F(BindsOfASession, KeepASessionFromStartingWhereOneIsGone) {
    ASSERT_TRUE(bind("/src"));
    machine.fail(LaunchOp::lend_directory, plan::Rung::storage, ENOENT, "/home/me/src");
    const auto refused = start("pi");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("\"~/src\" cannot be bound at /src"));
    EXPECT_THAT(refused.error().message, HasSubstr("frankctl unbind pi"));
    EXPECT_TRUE(until_state("pi", SessionState::stopped));
    EXPECT_FALSE(spawn("pi", command({"true"})));
    ASSERT_TRUE(unbind("/src"));
    machine.failures.clear();
    EXPECT_TRUE(start("pi"));
}

TEST_F(BindsOfASession, DoNotEndASessionThatRunsOverARestart) {
    ASSERT_TRUE(start("pi"));
    ASSERT_TRUE(bind("/src"));
    machine.fail(LaunchOp::lend_directory, plan::Rung::storage, ENOENT, "/home/me/src");
    restart();
    EXPECT_TRUE(until_state("pi", SessionState::running));
}

TEST_F(BindsOfASession, ThatWereBegunAreTakenAwayByTheNextFrankend) {
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->mute_binds = true;
    ledger->bind("pi", order("/src"), some_file(), [](const plan::Result<void> &) {});
    ASSERT_TRUE(until([&] { return machine.count(LaunchOp::lend_directory) == 1; }));
    EXPECT_THAT(targets(), ElementsAre("/src (unsettled)"));
    machine.session("pi")->mute_binds = false;
    restart();
    ASSERT_TRUE(until_state("pi", SessionState::running));
    EXPECT_TRUE(until([&] { return targets().empty(); }));
    EXPECT_EQ(machine.trees.size(), 1U);
    EXPECT_THAT(seen(), IsEmpty());
}

TEST_F(BindsOfASession, OfAStoppedOneTooAreTakenAwayByTheNextFrankend) {
    machine.silent.insert(LaunchOp::adopt_tree);
    ledger->bind("pi", order("/src"), some_file(), [](const plan::Result<void> &) {});
    ASSERT_TRUE(until([&] { return machine.count(LaunchOp::adopt_tree) == 1; }));
    machine.silent.clear();
    restart();
    EXPECT_TRUE(until([&] { return targets().empty(); }));
    EXPECT_EQ(machine.trees.size(), 1U);
}

TEST_F(BindsOfASession, AreGivenUpWhereTheSessionEndsMeanwhile) {
    ASSERT_TRUE(start("pi"));
    machine.session("pi")->mute_binds = true;
    std::optional<plan::Result<void>> result;
    ledger->bind("pi", order("/src"), some_file(),
                 [&result](const plan::Result<void> &given) { result = given; });
    ASSERT_TRUE(until([&] { return machine.session("pi")->binds_asked == 1; }));
    ASSERT_TRUE(stop("pi"));
    ASSERT_TRUE(until([&] { return result.has_value(); }));
    EXPECT_THAT(result->error().message, HasSubstr("ended meanwhile"));
    EXPECT_THAT(targets(), IsEmpty());
    EXPECT_TRUE(ledger->idle());
}

TEST_F(BindsOfASession, AreDoneOneAfterAnother) {
    ASSERT_TRUE(start("pi"));
    int answers = 0;
    for (int i = 0; i < 10; ++i)
        ledger->bind("pi", order("/b" + std::to_string(i)), some_file(),
                     [&answers](const plan::Result<void> &given) { answers += given ? 1 : 100; });
    ledger->unbind("pi", "/b3", [&answers](const plan::Result<void> &given) { answers += given ? 1 : 100; });
    EXPECT_TRUE(until([&] { return answers >= 11; }));
    EXPECT_EQ(answers, 11);
    EXPECT_EQ(seen().size(), 9U);
    EXPECT_EQ(targets().size(), 9U);
}

TEST_F(BindsOfASession, GoWithIt) {
    ASSERT_TRUE(bind("/src"));
    ASSERT_TRUE(start("pi"));
    ASSERT_EQ(ended(*ledger->destroy("pi", true, user)).state, JobState::exited);
    expect_nothing_left();
    EXPECT_EQ(machine.count(LaunchOp::drop_tree), 3U) << "the directory's; the tree's, full and empty";
}

TEST_F(BindsOfASession, CanBeGivenWhileItIsBeingCreatedAndGoWhereThatFails) {
    machine.silent.insert(LaunchOp::start_workshop);
    const auto job = ledger->create(request("new", plan::RootKind::archive), some_file());
    ASSERT_TRUE(job);
    ASSERT_TRUE(until([&] { return machine.count(LaunchOp::start_workshop) > 0; }));
    ASSERT_TRUE(answered(
        [&](Ledger::Done done) { ledger->bind("new", order("/src"), some_file(), std::move(done)); }));
    EXPECT_EQ(machine.trees.size(), 3U);
    ASSERT_TRUE(ledger->cancel(*job));
    machine.silent.clear();
    EXPECT_EQ(ended(*job).state, JobState::cancelled);
    EXPECT_EQ(machine.trees.size(), 1U) << "pi's own";
    EXPECT_FALSE(ledger->view("new"));
}

TEST_F(BindsOfASession, AreRefusedInWords) {
    ASSERT_TRUE(bind("/src"));
    EXPECT_EQ(bind("/src").error().error, Error::already_exists);
    EXPECT_EQ(bind("/src/below").error().error, Error::invalid_argument);
    EXPECT_THAT(unbind("/other").error().message, HasSubstr("nothing is bound at /other"));
    EXPECT_EQ(answered([&](Ledger::Done done) {
                  ledger->bind("nobody", order("/src"), some_file(), std::move(done));
              })
                  .error()
                  .error,
              Error::no_such_session);
    EXPECT_EQ(
        answered([&](Ledger::Done done) { ledger->unbind("nobody", "/src", std::move(done)); }).error().error,
        Error::no_such_session);
}

} // namespace
