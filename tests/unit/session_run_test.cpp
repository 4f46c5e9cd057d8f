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

class Run : public test::LedgerTest {
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

TEST_F(Run, StartsTheSessionAndGivesTheStatus) {
    const Job job = ended(run("rpi3", {"exit", "37"}));
    EXPECT_EQ(job.state, JobState::exited);
    EXPECT_EQ(job.status, 37);
    EXPECT_EQ(job.kind, JobKind::command);
    EXPECT_EQ(job.description, "exit 37");
    EXPECT_EQ(job.owner, user);
    EXPECT_GE(job.ended, job.started);
    EXPECT_GT(job.started, 0U);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::running);
}

TEST_F(Run, TellsEveryStatusFrom0To255) {
    for (int status = 0; status < 256; ++status)
        EXPECT_EQ(ended(run("rpi3", {"exit", std::to_string(status)})).status, status);
}

TEST_F(Run, TellsTheSignalThatKilled) {
    const JobId id = run("rpi3", {"sleep"});
    EXPECT_TRUE(ledger->signal(id, SIGSEGV));
    const Job job = ended(id);
    EXPECT_EQ(job.state, JobState::killed);
    EXPECT_EQ(job.status, SIGSEGV);
}

TEST_F(Run, HandsOverTheDescriptors) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const sys::Fd reader(ends[0]);
    std::vector<sys::Fd> fds;
    fds.emplace_back(ends[1]);
    auto request = command({"echo", "hello", "world"});
    request.fd_numbers = {1};
    ASSERT_TRUE(spawn("rpi3", request, std::move(fds)));
    char text[32] = {};
    EXPECT_EQ(::read(reader.get(), text, sizeof text), 12);
    EXPECT_STREQ(text, "hello world\n");
    EXPECT_TRUE(until([&] { return ::read(reader.get(), text, sizeof text) == 0; }))
        << "a copy is still open";
}

TEST_F(Run, RefusesDescriptorsWithoutNumbers) {
    std::vector<sys::Fd> fds;
    fds.push_back(some_file());
    EXPECT_EQ(spawn("rpi3", command({"true"}), std::move(fds)).error().error, Error::invalid_argument);
}

TEST_F(Run, PassesUserDirectoryAndEnvironmentOn) {
    FakeCommand seen;
    machine.script = [&seen](FakeCommand &command) {
        seen = std::move(command);
        return FakeOutcome::exits(0);
    };
    auto request = command({"env", "-0"});
    request.user = "pi";
    request.cwd = "/src";
    request.env = {"A=1", "B=\n"};
    ASSERT_TRUE(spawn("rpi3", request));
    EXPECT_EQ(seen.user, "pi");
    EXPECT_EQ(seen.cwd, "/src");
    EXPECT_THAT(seen.argv, ElementsAre("env", "-0"));
    EXPECT_THAT(seen.env, ElementsAre("A=1", "B=\n"));
    EXPECT_EQ(seen.session, "rpi3");
}

TEST_F(Run, KeepsALog) {
    auto request = command({"echo", "logged"});
    request.log = true;
    const auto spawned = spawn("rpi3", request);
    ASSERT_TRUE(spawned);
    EXPECT_FALSE(spawned->terminal);
    const Job job = ended(spawned->job);
    EXPECT_TRUE(job.has_log);
    EXPECT_EQ(log_of(job.id), "logged\n");
    const auto log = ledger->open_log(job.id);
    EXPECT_EQ(::fcntl(log->get(), F_GETFL) & O_ACCMODE, O_RDONLY);
    EXPECT_EQ(::fcntl(log->get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(Run, SaysThatThereIsNoLog) {
    const JobId id = run("rpi3", {"true"});
    EXPECT_EQ(ledger->open_log(id).error().error, Error::invalid_state);
    EXPECT_EQ(ledger->open_log(4711).error().error, Error::no_such_job);
}

TEST_F(Run, GivesATerminal) {
    auto request = command({"sh"});
    request.tty = true;
    const auto spawned = spawn("rpi3", request);
    ASSERT_TRUE(spawned) << spawned.error().message;
    EXPECT_TRUE(spawned->terminal);
    EXPECT_TRUE(ledger->find_job(spawned->job)->has_terminal);
    EXPECT_TRUE(ledger->resize(spawned->job, 50, 132));
    EXPECT_TRUE(until([&] { return !machine.session("rpi3")->sizes.empty(); }));
    EXPECT_THAT(machine.session("rpi3")->sizes, ElementsAre(std::pair(50, 132)));
}

TEST_F(Run, LogsATerminalInsteadOfGivingIt) {
    auto request = command({"sh"});
    request.tty = request.log = true;
    const auto spawned = spawn("rpi3", request);
    ASSERT_TRUE(spawned) << spawned.error().message;
    EXPECT_FALSE(spawned->terminal);
    EXPECT_TRUE(ledger->find_job(spawned->job)->has_terminal);
}

TEST_F(Run, RefusesToResizeWhatHasNoTerminal) {
    const JobId id = run("rpi3", {"sleep"});
    EXPECT_EQ(ledger->resize(id, 1, 1).error().error, Error::invalid_state);
    EXPECT_EQ(ledger->resize(4711, 1, 1).error().error, Error::no_such_job);
}

TEST_F(Run, MakesNoJobOfACommandThatDoesNotRun) {
    const std::size_t before = ledger->job_ids().size();
    EXPECT_EQ(refused({"missing"}),
              (plan::Refusal{Error::command_not_found, "missing: command not found in session rpi3"}));
    machine.script = [](FakeCommand &) { return FakeOutcome::fails(plan::SpawnStage::execute, EACCES); };
    EXPECT_EQ(refused({"x"}).error, Error::command_not_executable);
    machine.script = [](FakeCommand &) { return FakeOutcome::fails(plan::SpawnStage::user, ENOENT); };
    EXPECT_EQ(refused({"x"}).error, Error::no_such_user);
    machine.script = [](FakeCommand &) { return FakeOutcome::fails(plan::SpawnStage::slots, EAGAIN); };
    EXPECT_EQ(refused({"x"}).error, Error::limit_exceeded);
    EXPECT_EQ(ledger->job_ids().size(), before);
    EXPECT_THAT(files_in(runtime() + "/jobs"), SizeIs(before));
}

TEST_F(Run, RemovesTheLogOfACommandThatDoesNotRun) {
    const auto before = files_in(state() + "/jobs");
    auto request = command({"missing"});
    request.log = true;
    EXPECT_FALSE(spawn("rpi3", request));
    EXPECT_EQ(files_in(state() + "/jobs"), before);
}

TEST_F(Run, RefusesInASessionThatIsNotThere) {
    EXPECT_EQ(spawn("nobody", command({"true"})).error().error, Error::no_such_session);
}

TEST_F(Run, TellsWhyTheSessionDidNotStart) {
    machine.fail(plan::LaunchOp::start_session, plan::Rung::emulator, ENOENT);
    EXPECT_EQ(refused({"true"}).error, Error::no_emulator);
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
}

TEST_F(Run, GivesUpOnACommandThatIsNeverAnsweredAndKillsItLater) {
    patience.spawn = std::chrono::milliseconds(40);
    restart();
    machine.script = [](FakeCommand &) { return FakeOutcome::silent(); };
    EXPECT_EQ(refused({"x"}).error, Error::failed);
    test::FakeInit &init = *machine.session("rpi3");
    const auto late = 1000U;
    init.say(plan::InitType::spawned, late, 1);
    EXPECT_TRUE(until([&] { return !init.signals.empty(); }));
    EXPECT_THAT(init.signals, ElementsAre(std::pair(std::uint64_t{late}, SIGKILL)));
    EXPECT_THAT(commands(), IsEmpty());
}

} // namespace
