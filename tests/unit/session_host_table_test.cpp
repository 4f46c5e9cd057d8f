#include "daemon/session/host_table.hpp"
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using plan::Arch;
using plan::LaunchOp;
using plan::table_bit;
using testing::HasSubstr;

constexpr const char *debian_entry = "enabled\ninterpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P\n"
                                     "flags: POCF\noffset 0\n"
                                     "magic 7f454c460201010000000000000000000200b700\n"
                                     "mask ffffffffffffff00fffffffffffffffffeffffff\n";

/// A machine whose one binfmt table is a directory of plain files.
class HostTableOf : public test::LedgerTest {
  protected:
    void SetUp() override {
        config.defaults.network = plan::NetworkPolicy::none;
        machine.table_kind = plan::TableKind::host;
        machine.emulators = {Arch::arm64, Arch::armhf};
        machine.table = directory.path() + "/table";
        std::filesystem::create_directory(machine.table);
        put("register", "");
        ASSERT_EQ(create("rpi3").state, JobState::exited);
    }
    void put(const std::string &name, const std::string &text) const {
        std::ofstream(machine.table + "/" + name) << text;
    }
    void begin() {
        ledger->host_table().begin();
        ASSERT_TRUE(until([&] { return ledger->host_table().kind() != plan::TableKind::unknown; }));
    }
    /// What frank-launcher was last asked for.
    const plan::LaunchRequest &asked() const {
        const auto found = std::find_if(machine.requests.rbegin(), machine.requests.rend(),
                                        [](const auto &r) { return r.op == LaunchOp::host_table; });
        return *found;
    }
    plan::Result<void> enable(Arch arch, bool on = true) {
        std::optional<plan::Result<void>> result;
        const auto done = [&result](const plan::Result<void> &given) { result = given; };
        on ? ledger->host_table().enable(arch, done) : ledger->host_table().disable(arch, done);
        EXPECT_TRUE(until([&] { return result.has_value(); }));
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
};

TEST_F(HostTableOf, ASessionsProgramsAreRegisteredBeforeItStartsAndNoLongerThanItRuns) {
    begin();
    EXPECT_EQ(asked().for_sessions, 0U);
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(asked().for_sessions, table_bit(Arch::arm64));
    EXPECT_EQ(machine.requests[machine.requests.size() - 1].op == LaunchOp::start_session ||
                  machine.requests[machine.requests.size() - 2].op == LaunchOp::start_session,
              true);
    ASSERT_TRUE(stop("rpi3"));
    EXPECT_TRUE(until([&] { return asked().for_sessions == 0; }));
}

TEST_F(HostTableOf, NothingIsAskedForWhereSessionsHaveTablesOfTheirOwn) {
    machine.table_kind = plan::TableKind::own;
    begin();
    const auto before = machine.count(LaunchOp::host_table);
    ASSERT_TRUE(start("rpi3"));
    ASSERT_TRUE(stop("rpi3"));
    settle();
    EXPECT_EQ(machine.count(LaunchOp::host_table), before);
}

TEST_F(HostTableOf, WhatCannotBeRegisteredFailsTheStartInWords) {
    begin();
    machine.fail(LaunchOp::host_table, plan::Rung::host_table, EPERM);
    const auto started = start("rpi3");
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().message, HasSubstr("binfmt table"));
    EXPECT_EQ(ledger->view("rpi3")->state, SessionState::stopped);
    machine.failures.clear();
    EXPECT_TRUE(start("rpi3")) << "and it may be tried again";
}

TEST_F(HostTableOf, AStopThatComesBeforeTheRegistrationIsNoStart) {
    begin();
    machine.silent.insert(LaunchOp::host_table);
    std::optional<plan::Result<void>> started;
    ledger->start("rpi3", [&](const plan::Result<void> &result) { started = result; });
    settle();
    ASSERT_TRUE(stop("rpi3"));
    EXPECT_TRUE(until([&] { return started.has_value(); }));
    EXPECT_FALSE(*started);
    EXPECT_EQ(machine.count(LaunchOp::start_session), 0U);
}

TEST_F(HostTableOf, ASessionThatWasFoundAgainKeepsItsPrograms) {
    begin();
    ASSERT_TRUE(start("rpi3"));
    restart();
    begin();
    EXPECT_EQ(asked().for_sessions, table_bit(Arch::arm64)) << "with the first question already";
}

TEST_F(HostTableOf, AChangeBySomebodyElseIsNoticedAndNothingWakesUsWithoutOurs) {
    begin();
    settle();
    auto before = machine.count(LaunchOp::host_table);
    put("register", "x");
    settle(std::chrono::milliseconds(100));
    EXPECT_EQ(machine.count(LaunchOp::host_table), before) << "nothing of ours is in it";
    ASSERT_TRUE(start("rpi3"));
    settle(std::chrono::milliseconds(100));
    before = machine.count(LaunchOp::host_table);
    put("register", "y");
    EXPECT_TRUE(until([&] { return machine.count(LaunchOp::host_table) > before; }));
}

TEST_F(HostTableOf, WhatIsEnabledForProgramsOutlivesARestart) {
    begin();
    ASSERT_TRUE(enable(Arch::arm64));
    EXPECT_EQ(asked().for_programs, table_bit(Arch::arm64));
    restart();
    begin();
    EXPECT_EQ(asked().for_programs, table_bit(Arch::arm64));
    ASSERT_TRUE(enable(Arch::arm64, false));
    EXPECT_EQ(asked().for_programs, 0U);
    restart();
    begin();
    EXPECT_EQ(asked().for_programs, 0U);
}

TEST_F(HostTableOf, WithoutAnEmulatorNothingIsEnabled) {
    begin();
    const auto refused = enable(Arch::s390x);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().error, Error::no_emulator);
    EXPECT_THAT(refused.error().message, HasSubstr("qemu-s390x"));
}

TEST_F(HostTableOf, TheSettingsFileRegistersAllOfThem) {
    config.host_binfmt = true;
    begin();
    EXPECT_EQ(asked().for_programs, table_bit(Arch::arm64) | table_bit(Arch::armhf));
    const auto refused = enable(Arch::arm64, false);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("host_binfmt = true"));
}

TEST_F(HostTableOf, EntriesAreReadAndOursAreKnown) {
    put("qemu-aarch64", debian_entry);
    put("odd", "what");
    EXPECT_FALSE(ledger->host_table().entries()) << "nobody has shown it to us";
    begin();
    const auto entries = ledger->host_table().entries();
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(ledger->host_table().purpose(entries->front()), "");
    ASSERT_TRUE(enable(Arch::arm64));
    EXPECT_EQ(ledger->host_table().purpose(plan::host_table_entry(Arch::arm64, "/usr/bin/qemu")), "programs");
    ASSERT_TRUE(start("rpi3"));
    EXPECT_EQ(ledger->host_table().purpose(plan::session_table_entry(Arch::arm64, "/x")), "sessions");
    EXPECT_EQ(ledger->host_table().purpose(entries->front()), "");
}

} // namespace
