// What a session's own root can do to frankend by talking nonsense on the control socket.
#include "support/ledger_fixture.hpp"

#include <csignal>

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeOutcome;
using testing::IsEmpty;

class HostileInit : public test::LedgerTest {
  protected:
    sys::EventSource talk;

    void SetUp() override {
        patience.launch = std::chrono::milliseconds(150);
        restart();
        ASSERT_EQ(create("rpi3").state, JobState::exited);
        ASSERT_EQ(create("other").state, JobState::exited);
        ASSERT_TRUE(start("rpi3"));
        ASSERT_TRUE(start("other"));
    }
    FakeInit &init() { return *machine.session("rpi3"); }
    void expect_ended() {
        EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
        EXPECT_EQ(machine.session("rpi3"), nullptr);
        EXPECT_EQ(ledger->view("other")->state, SessionState::running);
    }
};

TEST_F(HostileInit, IsEndedForAMessageOfTheWrongSize) {
    const std::vector<std::byte> bytes(5);
    init().say_bytes(bytes);
    expect_ended();
}

TEST_F(HostileInit, IsEndedForAnEndlessMessage) {
    const std::vector<std::byte> bytes(60'000);
    init().say_bytes(bytes);
    expect_ended();
}

TEST_F(HostileInit, IsEndedForAnotherProtocol) {
    plan::InitHeader header;
    header.magic = 1;
    header.type = plan::InitType::exited;
    init().say_bytes(std::as_bytes(std::span(&header, 1)));
    expect_ended();
}

TEST_F(HostileInit, IsEndedForAnOrderToFrankend) {
    init().say(plan::InitType::spawn, 1);
    expect_ended();
}

TEST_F(HostileInit, IsEndedForADescriptorThatNobodyAskedFor) {
    const sys::Fd gift = some_file();
    init().say(plan::InitType::exited, 1, 0, 0, {gift.get()});
    expect_ended();
}

TEST_F(HostileInit, CannotEndAJobOfAnotherSession) {
    const JobId theirs = run("other", {"sleep"});
    init().say(plan::InitType::exited, theirs, 0);
    settle();
    EXPECT_EQ(ledger->find_job(theirs)->state, JobState::running);
}

TEST_F(HostileInit, CannotEndAnOperation) {
    machine.silent.insert(plan::LaunchOp::make_tree);
    const auto job = ledger->create(request("third", plan::RootKind::archive), some_file());
    init().say(plan::InitType::exited, *job, 0);
    settle();
    EXPECT_EQ(ledger->find_job(*job)->state, JobState::running);
}

TEST_F(HostileInit, CannotMakeJobsUp) {
    const auto before = ledger->job_ids();
    init().say(plan::InitType::spawned, 4711, 1);
    init().say(plan::InitType::spawn_failed, 4712, 1, 10);
    init().say(plan::InitType::exited, 4713, 0);
    init().say(plan::InitType::hello, 0, 5);
    init().say(plan::InitType::running, 4714);
    settle();
    EXPECT_EQ(ledger->job_ids(), before);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::running);
}

TEST_F(HostileInit, CannotEndAJobTwice) {
    const JobId id = run("rpi3", {"sleep"});
    init().say(plan::InitType::exited, id, 3 << 8);
    EXPECT_EQ(ended(id).status, 3);
    init().say(plan::InitType::exited, id, 4 << 8);
    settle();
    EXPECT_EQ(ledger->find_job(id)->status, 3);
}

TEST_F(HostileInit, MayTellAnImpossibleEnd) {
    const JobId id = run("rpi3", {"sleep"});
    init().say(plan::InitType::exited, id, 0x7f); // "stopped": no end at all
    EXPECT_EQ(ended(id).state, JobState::failed);
}

TEST_F(HostileInit, CannotPassAFileForATerminal) {
    const sys::Fd file = some_file();
    machine.script = [&](FakeCommand &command) {
        init().say(plan::InitType::spawned, command.job, 1, 0, {file.get()});
        return FakeOutcome::silent();
    };
    auto request = command({"sh"});
    request.tty = true;
    const auto spawned = spawn("rpi3", request);
    ASSERT_FALSE(spawned);
    EXPECT_EQ(spawned.error().message, "session rpi3 gave no terminal");
    EXPECT_TRUE(until([&] { return !init().signals.empty(); })) << "and the command is killed";
}

TEST_F(HostileInit, IsNotBelievedWhenItGreetsWrongly) {
    for (const int announced : {-1, 100'000}) {
        ASSERT_TRUE(stop("rpi3"));
        machine.on_init = [&](FakeInit &fresh) {
            fresh.mute = true;
            talk = loop.after(std::chrono::milliseconds(20),
                              [&fresh, announced] { fresh.say(plan::InitType::hello, 0, announced); });
        };
        EXPECT_EQ(start("rpi3").error().error, Error::launch_failed);
        EXPECT_EQ(machine.session("rpi3"), nullptr);
        talk.reset();
    }
}

TEST_F(HostileInit, MayTellLessJobsThanItAnnounced) {
    ASSERT_TRUE(stop("rpi3"));
    machine.on_init = [&](FakeInit &fresh) {
        fresh.mute = true;
        talk =
            loop.after(std::chrono::milliseconds(20), [&fresh] { fresh.say(plan::InitType::hello, 0, 2); });
    };
    EXPECT_EQ(start("rpi3").error().error, Error::launch_failed);
    talk.reset();
}

TEST_F(HostileInit, ThatDoesNotReadStopsNobodyElse) {
    init().stop_reading();
    const JobId id = run("other", {"sleep"});
    std::size_t refused = 0;
    auto request = command({"x"});
    request.env = {"PADDING=" + std::string(60'000, 'x')};
    config.limits.jobs = 5000;
    for (int i = 0; i < 1100; ++i)
        ledger->spawn("rpi3", request, {}, user,
                      [&refused](const plan::Result<Spawned> &result) { refused += result ? 0 : 1; });
    EXPECT_TRUE(until([&] { return refused > 0; })) << "there is a limit to what waits";
    EXPECT_TRUE(ledger->signal(id, SIGTERM));
    EXPECT_EQ(ended(id).status, SIGTERM);
    patience.kill = std::chrono::milliseconds(50);
    init().die();
    EXPECT_TRUE(until([&] { return refused == 1100; }));
    EXPECT_TRUE(until_state("rpi3", SessionState::stopped));
}

TEST_F(HostileInit, GetsItsMessagesInOrderOnceItReads) {
    std::vector<std::string> order;
    machine.script = [&order](FakeCommand &command) {
        order.push_back(command.argv.at(1));
        return FakeOutcome::exits(0);
    };
    auto request = command({"x", ""});
    request.env = {"PADDING=" + std::string(50'000, 'x')};
    init().stop_reading();
    int answers = 0;
    for (int i = 0; i < 30; ++i) {
        request.argv[1] = std::to_string(i);
        ledger->spawn("rpi3", request, {}, user,
                      [&answers](const plan::Result<Spawned> &result) { answers += result ? 1 : 0; });
    }
    settle();
    EXPECT_THAT(order, IsEmpty());
    init().go_on_reading();
    EXPECT_TRUE(until([&] { return answers == 30; }));
    for (std::size_t i = 0; i < order.size(); ++i)
        EXPECT_EQ(order[i], std::to_string(i));
}

} // namespace
