// An emulator that the user gives: looked at, tried, kept, handed on.
#include "daemon/session/emulator_trial.hpp"
#include "daemon/sys/file.hpp"
#include "support/ledger_fixture.hpp"

#include <cstring>
#include <elf.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sstream>

namespace frank::test {
namespace {

using session::JobState;
using testing::ElementsAre;
using testing::HasSubstr;

/// The head of a program of this machine, static unless `loader`.
std::vector<std::byte> program(bool loader = false, std::uint16_t machine = EM_X86_64) {
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_type = ET_EXEC;
    head.e_machine = machine;
    head.e_phoff = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = loader ? PT_INTERP : PT_LOAD;
    std::vector<std::byte> bytes(sizeof head + sizeof segment);
    std::memcpy(bytes.data(), &head, sizeof head);
    std::memcpy(bytes.data() + sizeof head, &segment, sizeof segment);
    return bytes;
}

sys::Fd sealed(const std::vector<std::byte> &bytes) { return sys::sealed_memfd("test", bytes); }

std::string why_not(const sys::Fd &file) {
    const auto fits = session::check_emulator_file(file, "/opt/qemu");
    return fits ? "" : fits.error().message;
}

TEST(EmulatorFile, MustBeAStaticProgramOfThisMachineInSealedMemory) {
    EXPECT_EQ(why_not(sealed(program())), "");
    EXPECT_THAT(why_not(sealed(program(true))),
                HasSubstr("\"/opt/qemu\" is no emulator to use: it is dynamically"));
    EXPECT_THAT(why_not(sealed(program(true))), HasSubstr("qemu-user-static"));
    EXPECT_THAT(why_not(sealed(program(false, EM_AARCH64))), HasSubstr("no x86-64 program"));
    EXPECT_THAT(why_not(sealed({})), HasSubstr("no x86-64 program"));
    EXPECT_THAT(why_not(sys::Fd(::open("/bin/sh", O_RDONLY | O_CLOEXEC))), HasSubstr("sealed memfd"));
}

class Emulator : public LedgerTest {
  protected:
    Emulator() {
        machine.script = [this](FakeCommand &command) {
            if (command.workshop)
                tool_calls.push_back(command.argv);
            if (command.workshop && command.argv.at(1) == "probe" && !refusal.empty()) {
                command.write(2, "frank-tree: " + refusal + "\n");
                return FakeOutcome::exits(16);
            }
            if (command.workshop && command.argv.at(1) == "probe")
                command.write(1, "version qemu-aarch64 version " + version + "\n");
            return FakeMachine::usual(command);
        };
    }
    plan::CreateRequest wanted(const std::string &cpu, const std::string &emulator) {
        auto asked = request("rpi3", plan::RootKind::archive);
        asked.cpu = cpu;
        asked.emulator = emulator;
        return asked;
    }
    std::vector<std::vector<std::string>> tool_calls;
    std::string refusal;
    std::string version = "7.2.22 (Debian)";
};

TEST_F(Emulator, ThatIsGivenIsTriedKeptAndHandedToEveryStart) {
    const auto job = ledger->create(wanted("cortex-a53", "/opt/qemu"), some_file(), sealed(program()));
    ASSERT_TRUE(job) << job.error().message;
    EXPECT_EQ(ended(*job).state, JobState::exited);
    EXPECT_THAT(tool_calls, testing::Contains(ElementsAre("/frank/frank-tree", "probe", "--emulator",
                                                          "--arch", "arm64", "--cpu", "cortex-a53")));
    EXPECT_THAT(files_in(state() + "/rootfs"), ElementsAre("rpi3/emulator", "rpi3/session.toml"));
    EXPECT_EQ(ledger->emulator("rpi3").name, "/opt/qemu");
    restart();
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(machine.session("rpi3")->request.emulator, plan::Arch::arm64);
    EXPECT_TRUE(ledger->emulator("rpi3").given);
}

TEST_F(Emulator, IsTriedBeforeAnythingIsMadeWhereTheArchitectureIsKnown) {
    refusal = "the emulator does not take the CPU model \"nonsense\"";
    auto asked = wanted("nonsense", "");
    asked.arch = plan::Arch::arm64;
    const session::Job job = ended(*ledger->create(asked, some_file()));
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.refusal.error, Error::invalid_argument);
    EXPECT_EQ(job.refusal.message, refusal);
    EXPECT_EQ(machine.count(plan::LaunchOp::make_tree), 0U);
    expect_nothing_left();
}

TEST_F(Emulator, ThatWillNotDoUndoesACreationWhoseArchitectureTheRootTold) {
    refusal = "the emulator does not run programs of arm64";
    const auto job = ledger->create(wanted("", "/opt/qemu"), some_file(), sealed(program()));
    EXPECT_EQ(ended(*job).refusal.message, refusal);
    expect_nothing_left();
}

TEST_F(Emulator, ThatIsNoProgramIsRefusedAtOnce) {
    const auto job = ledger->create(wanted("", "/etc/passwd"), some_file(), sealed({}));
    ASSERT_FALSE(job);
    EXPECT_EQ(job.error().error, Error::no_emulator);
    expect_nothing_left();
}

TEST_F(Emulator, OfThisMachineIsToldAsReplacedUntilTheSessionIsStartedAgain) {
    machine.emulator = {"/usr/bin/qemu-aarch64-static", "1"};
    (void)create("rpi3");
    ASSERT_TRUE(start("rpi3"));
    EXPECT_FALSE(ledger->emulator("rpi3").replaced);
    machine.emulator.stamp = "2";
    EXPECT_TRUE(ledger->emulator("rpi3").replaced);
    restart(); // a new frankend knows what the session was started with
    ASSERT_TRUE(until_state("rpi3", session::SessionState::running));
    EXPECT_TRUE(ledger->emulator("rpi3").replaced);
    EXPECT_EQ(ledger->emulator("rpi3").name, "/usr/bin/qemu-aarch64-static");
    ASSERT_TRUE(stop("rpi3"));
    ASSERT_TRUE(start("rpi3"));
    EXPECT_FALSE(ledger->emulator("rpi3").replaced);
}

/// What is logged while it lives.
class Log {
  public:
    Log() {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
        spdlog::set_pattern("%l: %v");
    }
    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;
    ~Log() { spdlog::set_default_logger(before_); }
    std::string take() {
        std::string text = text_.str();
        text_.str("");
        return text;
    }

  private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(Emulator, ThatWasReplacedIsLoggedOnceForEverySessionThatStillRunsTheOldOne) {
    machine.emulator = {"/usr/bin/qemu-aarch64-static", "1"};
    (void)create("rpi3");
    (void)create("stopped");
    ASSERT_TRUE(start("rpi3"));
    Log log;
    machine.emulators_changed(); // another one
    EXPECT_EQ(log.take(), "");
    machine.emulator.stamp = "2";
    machine.emulators_changed();
    EXPECT_EQ(log.take(),
              "warning: /usr/bin/qemu-aarch64-static was replaced; session rpi3 still runs the old one "
              "until it is stopped and started\n");
    machine.emulators_changed();
    EXPECT_EQ(log.take(), "");
}

/// A command of session "rpi3", which exists, with an emulator or CPU model of its own.
class OwnEmulator : public Emulator {
  protected:
    OwnEmulator() {
        (void)create("rpi3");
        tool_calls.clear();
        machine.script = [this, tools = machine.script](FakeCommand &command) {
            if (!command.workshop)
                seen = {command.head.flags, command.fds.size()};
            return tools(command);
        };
    }
    static plan::SpawnRequest wanted_command(const std::string &cpu, const std::string &emulator) {
        plan::SpawnRequest asked = command({"true"});
        asked.cpu = cpu;
        asked.emulator = emulator;
        return asked;
    }
    static plan::SpawnRequest watched_command(plan::Watch watch) {
        plan::SpawnRequest asked = command({"true"});
        asked.watch = watch;
        return asked;
    }
    plan::Result<session::Spawned> spawn_with(plan::SpawnRequest asked, sys::Fd given = {},
                                              sys::Fd watcher = {}) {
        std::optional<plan::Result<session::Spawned>> result;
        ledger->spawn(
            "rpi3", std::move(asked), {}, user,
            [&result](plan::Result<session::Spawned> spawned) { result.emplace(std::move(spawned)); },
            std::move(given), std::move(watcher));
        EXPECT_TRUE(until([&] { return result.has_value(); }));
        return result ? std::move(*result) : plan::refuse(Error::failed, "no answer");
    }
    std::pair<std::uint32_t, std::size_t> seen;
};

TEST_F(OwnEmulator, OfOneCommandTravelsBesideItWithATableOfItsOwn) {
    ASSERT_TRUE(spawn_with(wanted_command("max", "/opt/qemu"), sealed(program())));
    EXPECT_EQ(seen.first, plan::spawn_table | plan::spawn_emulator);
    EXPECT_EQ(seen.second, 2U);
    ASSERT_TRUE(spawn_with(wanted_command("max", "")));
    EXPECT_EQ(seen.first, plan::spawn_table);
    EXPECT_EQ(seen.second, 1U);
    ASSERT_TRUE(spawn_with(command({"true"})));
    EXPECT_EQ(seen.first, 0U);
}

TEST_F(OwnEmulator, IsTriedFirstAndACpuModelOnlyOnce) {
    ASSERT_TRUE(spawn_with(wanted_command("max", "")));
    ASSERT_TRUE(spawn_with(wanted_command("max", "")));
    EXPECT_THAT(tool_calls, ElementsAre(ElementsAre("/frank/frank-tree", "probe", "--emulator", "--arch",
                                                    "arm64", "--cpu", "max")));
}

TEST_F(OwnEmulator, OrTheSessionsIsLookedOnThroughTheDescriptorThatCameAlong) {
    ASSERT_TRUE(spawn_with(watched_command(plan::Watch::trace), {}, some_file()));
    EXPECT_EQ(seen.first, plan::spawn_table | plan::spawn_trace);
    EXPECT_EQ(seen.second, 2U); // a table, and where the trace goes
    plan::SpawnRequest asked = watched_command(plan::Watch::debug);
    asked.emulator = "/opt/qemu";
    ASSERT_TRUE(spawn_with(std::move(asked), sealed(program()), some_file()));
    EXPECT_EQ(seen.first, plan::spawn_table | plan::spawn_emulator | plan::spawn_debug);
    EXPECT_EQ(seen.second, 3U);
    EXPECT_EQ(spawn_with(watched_command(plan::Watch::trace)).error().error, Error::invalid_argument);
    EXPECT_EQ(spawn_with(command({"true"}), {}, some_file()).error().error, Error::invalid_argument);
}

TEST_F(OwnEmulator, ThatIsTooOldToBeLookedOnIsRefusedEveryTime) {
    version = "5.2.0";
    for (const int attempt : {1, 2}) {
        const auto spawned = spawn_with(watched_command(plan::Watch::debug), {}, some_file());
        ASSERT_FALSE(spawned) << attempt;
        EXPECT_THAT(spawned.error().message, HasSubstr("needs QEMU 6"));
    }
    EXPECT_EQ(machine.session("rpi3"), nullptr);
    EXPECT_TRUE(spawn_with(wanted_command("max", "")));
}

TEST_F(OwnEmulator, ThatWillNotDoRefusesTheCommand) {
    refusal = "the emulator does not take the CPU model \"nonsense\"";
    const auto spawned = spawn_with(wanted_command("nonsense", ""));
    ASSERT_FALSE(spawned);
    EXPECT_EQ(spawned.error().message, refusal);
    EXPECT_EQ(machine.session("rpi3"), nullptr); // not even started for it
    EXPECT_EQ(spawn_with(wanted_command("", "/etc/passwd"), sealed({})).error().error, Error::no_emulator);
    EXPECT_TRUE(ledger->idle());
}

TEST_F(OwnEmulator, IsForgottenWhereTheSessionIsDestroyedMeanwhile) {
    std::optional<plan::Result<session::Spawned>> result;
    ASSERT_TRUE(start("rpi3"));
    ledger->spawn("rpi3", wanted_command("max", ""), {}, user,
                  [&result](plan::Result<session::Spawned> spawned) { result.emplace(std::move(spawned)); });
    const auto job = ledger->destroy("rpi3", true, user);
    ASSERT_TRUE(job) << job.error().message;
    EXPECT_EQ(ended(*job).state, JobState::exited);
    ASSERT_TRUE(until([&] { return result.has_value(); }));
    EXPECT_FALSE(*result);
    expect_nothing_left();
}

TEST_F(OwnEmulator, BreakageIsToldWithTheJobAndOutlivesFrankend) {
    machine.script = [](FakeCommand &command) {
        if (command.workshop)
            return FakeMachine::usual(command);
        command.write(1, "qemu: uncaught target signal 4 (Illegal instruction) - core dumped\n");
        return FakeOutcome::exits(2);
    };
    plan::SpawnRequest asked = wanted_command("cortex-a53", "");
    asked.log = true;
    const auto spawned = spawn_with(std::move(asked));
    ASSERT_TRUE(spawned) << spawned.error().message;
    EXPECT_EQ(ended(spawned->job).breakage.name, "illegal-instruction");
    restart();
    const session::Job *job = ledger->find_job(spawned->job);
    ASSERT_NE(job, nullptr);
    EXPECT_THAT(job->breakage.line, HasSubstr("CPU model cortex-a53"));
}

} // namespace
} // namespace frank::test
