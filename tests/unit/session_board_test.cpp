#include "daemon/plan/board_files.hpp"
#include "daemon/session/board_choice.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char *toy = "title = \"Toy\"\n[arm64]\ncpu = \"cortex-a53\"\n";

void write(const std::filesystem::path &path, const std::string &text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

class CatalogueTest : public testing::Test {
  protected:
    Catalogue load() const { return load_catalogue(shipped, own); }

    test::TemporaryDirectory directory;
    std::string shipped = directory.path() + "/usr", own = directory.path() + "/etc";
};

TEST_F(CatalogueTest, IsEmptyWhereThereIsNothing) {
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.boards.all(), IsEmpty());
    EXPECT_THAT(catalogue.problems, IsEmpty());
}

TEST_F(CatalogueTest, TakesAnAdministratorsOwnForOneOfTheSameName) {
    write(shipped + "/boards.d/toy.toml", toy);
    write(shipped + "/boards.d/other.toml", toy);
    write(own + "/boards.d/toy.toml", "title = \"Mine\"\n[armhf]\n");
    write(own + "/boards.d/README", "no board\n");
    write(own + "/boards.d/.toy.toml", "an editor's\n");
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.problems, IsEmpty());
    EXPECT_EQ(catalogue.boards.all().size(), 2U);
    EXPECT_EQ(catalogue.boards.find("toy")->title, "Mine");
}

TEST_F(CatalogueTest, LeavesOutABrokenFileAndNothingElse) {
    write(shipped + "/boards.d/toy.toml", toy);
    write(own + "/boards.d/toy.toml", "title = \n");
    write(own + "/boards.d/Big Board.toml", toy);
    write(own + "/boards.d/huge.toml", std::string(plan::max_board_file_bytes + 1, '#'));
    write(own + "/boards.d/mine.toml", toy);
    std::filesystem::create_directories(own + "/boards.d/directory.toml");
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.problems,
                testing::UnorderedElementsAre(HasSubstr("toy.toml:1:"), HasSubstr("Big Board.toml: a board"),
                                              HasSubstr("huge.toml: "), HasSubstr("directory.toml: ")));
    EXPECT_EQ(catalogue.boards.find("toy")->title, "Toy") << "the one that came with frankend";
    EXPECT_NE(catalogue.boards.find("mine"), nullptr);
}

class BoardOfASession : public test::LedgerTest {
  protected:
    BoardOfASession() {
        for (const auto &[name, cpu] : {std::pair{"rpi3", "cortex-a53"}, {"generic-arm64", "max,pauth=off"}})
            known.add(
                *plan::parse_board(name,
                                   "title = \"x\"\nmodel = \"M\"\ncompatible = [\"a\", \"b\"]\n[arm64]\ncpu "
                                   "= \"" +
                                       std::string(cpu) + "\"\ncpuinfo_processor = \"processor {n}\\n\"\n",
                                   name));
        known.add(*plan::parse_board("rpi0", "title = \"x\"\n[armhf]\ncpu = \"arm1176\"\n", "rpi0"));
        restart_with(known);
    }
    void restart_with(const plan::Boards &boards) {
        ledger.reset();
        Catalogue catalogue;
        catalogue.boards = boards;
        ledger = std::make_unique<Ledger>(loop, config, Ledger::Directories{state(), runtime()}, machine,
                                          patience, std::move(catalogue));
        ledger->observe(&record);
        ledger->recover();
    }
    session::Job create_on(const std::string &name, const std::string &board, const std::string &cpu = "") {
        plan::CreateRequest order = request(name, plan::RootKind::archive);
        order.board = board;
        order.cpu = cpu;
        const auto job = ledger->create(order, some_file());
        EXPECT_TRUE(job) << job.error().message;
        return job ? ended(*job) : session::Job{};
    }
    plan::Boards known;
};

TEST_F(BoardOfASession, IsTheOneThatWasNamed) {
    ASSERT_EQ(create_on("pi", "rpi3").state, JobState::exited);
    EXPECT_EQ(ledger->view("pi")->board, "rpi3");
    EXPECT_EQ(ledger->view("pi")->cpu, "cortex-a53");
    restart_with(known);
    EXPECT_EQ(ledger->view("pi")->board, "rpi3") << "and is remembered";
}

TEST_F(BoardOfASession, IsTheGenericOneOtherwise) {
    ASSERT_EQ(create_on("pi", "").state, JobState::exited);
    EXPECT_EQ(ledger->view("pi")->board, "generic-arm64");
    EXPECT_EQ(ledger->view("pi")->cpu, "max,pauth=off");
}

TEST_F(BoardOfASession, HasNoSayAgainstTheUsersCpu) {
    ASSERT_EQ(create_on("pi", "rpi3", "cortex-a72").state, JobState::exited);
    EXPECT_EQ(ledger->view("pi")->cpu, "cortex-a72");
}

TEST_F(BoardOfASession, HasItsCpuTriedInTheEmulatorThatIsToShowIt) {
    std::vector<std::string> tried;
    machine.script = [&](test::FakeCommand &command) {
        if (!command.workshop || command.argv.at(1) != "probe")
            return test::FakeMachine::usual(command);
        tried = command.argv;
        command.write(2, "frank-tree: the emulator does not take the CPU model\n");
        return test::FakeOutcome::exits(16); // Error::invalid_argument
    };
    const session::Job job = create_on("pi", "rpi3");
    EXPECT_EQ(job.refusal.message,
              "the emulator does not take the CPU model; it is the CPU of the board rpi3: "
              "choose another with --cpu, or a newer emulator");
    EXPECT_EQ(tried.back(), "cortex-a53");
    EXPECT_EQ(create_on("pi", "rpi3", "cortex-a72").refusal.message,
              "the emulator does not take the CPU model"); // who named it knows it
    expect_nothing_left();

    machine.script = [&](test::FakeCommand &command) {
        if (command.workshop && command.argv.at(1) == "probe")
            tried = command.argv;
        return test::FakeMachine::usual(command);
    };
    ASSERT_EQ(create_on("pi", "").state, JobState::exited);
    plan::SpawnRequest command = test::LedgerTest::command({"true"});
    command.watch = plan::Watch::trace;
    ledger->spawn(
        "pi", command, {}, user, [](const plan::Result<session::Spawned> &) {}, {}, some_file());
    ASSERT_TRUE(until([&] { return tried.back() == "max,pauth=off"; })) << "before a command of its own";
}

TEST_F(BoardOfASession, IsRefusedWhereItIsUnknownOrOfAnotherArchitecture) {
    plan::CreateRequest order = request("pi", plan::RootKind::archive);
    order.board = "rpi33";
    EXPECT_THAT(ledger->create(order, some_file()).error().message, HasSubstr("is it one of these: rpi3"));
    EXPECT_THAT(ledger->describe(order).error().message, HasSubstr("is it one of these: rpi3"));
    order.board = "rpi0";
    order.arch = plan::Arch::arm64;
    EXPECT_THAT(ledger->create(order, some_file()).error().message, HasSubstr("the root is arm64"));
    const session::Job job = create_on("pi", "rpi0"); // what the root is shows only when it is looked at
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_THAT(job.refusal.message, HasSubstr("the root is arm64, and the board rpi0 runs armhf"));
    expect_nothing_left();
}

TEST_F(BoardOfASession, ThatIsGoneFromDiskKeepsItFromStarting) {
    ASSERT_EQ(create_on("pi", "rpi3").state, JobState::exited);
    restart_with({});
    EXPECT_EQ(ledger->view("pi")->board, "rpi3");
    const auto started = start("pi");
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr("board rpi3, whose file is gone from boards.d"));
    restart_with(known);
    EXPECT_TRUE(start("pi"));
}

TEST_F(BoardOfASession, IsShownByADryRun) {
    plan::CreateRequest order = request("pi", plan::RootKind::archive);
    order.board = "rpi3";
    order.arch = plan::Arch::arm64;
    EXPECT_EQ(ledger->describe(order)->front(), "board rpi3, CPU cortex-a53");
}

TEST_F(BoardOfASession, TellsItsTextsToTheSession) {
    ASSERT_EQ(create_on("pi", "rpi3").state, JobState::exited);
    const auto texts = plan::decode_board_files(board_files(known, ledger->view("pi")->settings));
    ASSERT_TRUE(texts);
    EXPECT_THAT((*texts)[0], testing::StartsWith("processor 0\n"));
    EXPECT_EQ(static_cast<long>(std::ranges::count((*texts)[0], '\n')), ::sysconf(_SC_NPROCESSORS_ONLN));
    EXPECT_EQ((*texts)[1], std::string("M\0", 2));
    EXPECT_EQ((*texts)[2], std::string("a\0b\0", 4));
}

} // namespace
