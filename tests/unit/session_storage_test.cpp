// What the file system of a 32-bit root does to its programs, found out before it does.
#include "support/ledger_fixture.hpp"

namespace {

using namespace frank;
using namespace frank::session;
using test::FakeCommand;
using test::FakeInit;
using test::FakeMachine;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int ext4 = 0xef53;

class StorageOfASession : public test::LedgerTest {
  protected:
    void SetUp() override {
        machine.script = [this](FakeCommand &command) {
            if (!command.workshop || command.argv.at(1) != "inspect")
                return FakeMachine::usual(command);
            command.write(1, inspected);
            return test::FakeOutcome::exits(0);
        };
        machine.on_init = [this](FakeInit &init) { init.storage = storage; };
    }
    std::vector<Finding> findings() { return ledger->view("pi")->findings; }
    std::vector<Finding> doctor() {
        std::optional<std::vector<Finding>> seen;
        ledger->diagnose([&seen](std::vector<Finding> given) { seen = std::move(given); });
        EXPECT_TRUE(until([&] { return seen.has_value(); }));
        std::erase_if(*seen, [](const Finding &finding) { return finding.check != "32-bit roots"; });
        return *seen;
    }

    std::string inspected = "arch armhf\nos x\nchecked ok\n";
    std::pair<int, int> storage{0, 0};
};

TEST_F(StorageOfASession, IsKnownAsSoonAsItIsCreated) {
    inspected = "arch armhf\nos x\nstorage 2 ext4\nchecked ok\n";
    ASSERT_EQ(create("pi").state, JobState::exited);
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_EQ(findings().front().outcome, "warning");
    EXPECT_THAT(findings().front().seen, HasSubstr("directory positions of its file system (ext4)"));
    restart();
    EXPECT_EQ(findings().size(), 1U) << "and remembered";
}

TEST_F(StorageOfASession, IsLookedAtWheneverItStarts) {
    ASSERT_EQ(create("pi").state, JobState::exited);
    EXPECT_THAT(findings(), IsEmpty());
    storage = {1, ext4};
    ASSERT_TRUE(start("pi"));
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_THAT(findings().front().seen, HasSubstr("inode numbers of its file system (ext4)"));
    ASSERT_TRUE(stop("pi"));
    storage = {0, ext4};
    ASSERT_TRUE(start("pi"));
    EXPECT_THAT(findings(), IsEmpty()) << "it was moved";
}

TEST_F(StorageOfASession, IsDoctorsMatterWithoutNames) {
    EXPECT_THAT(doctor(), IsEmpty());
    storage = {2, ext4};
    ASSERT_EQ(create("pi").state, JobState::exited);
    EXPECT_THAT(doctor(), IsEmpty());
    ASSERT_TRUE(start("pi"));
    const auto seen = doctor();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_THAT(seen.front().seen, HasSubstr("1 root(s)"));
    EXPECT_THAT(seen.front().remedy, HasSubstr("frankctl show NAME"));
}

TEST_F(StorageOfASession, IsNobodysMatterWhereAllProgramsAreOf64Bits) {
    inspected = "arch arm64\nos x\nchecked ok\n";
    storage = {3, ext4};
    ASSERT_EQ(create("pi").state, JobState::exited);
    ASSERT_TRUE(start("pi"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(StorageOfASession, IsNoMoreThanAFewWordsWhateverIsSaidOfIt) {
    inspected = "arch armhf\nstorage 9 ext4\nstorage x\nstorage\nstorage 3 \x1b[2J\nchecked ok\n";
    ASSERT_EQ(create("pi").state, JobState::exited);
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_THAT(findings().front().seen, HasSubstr("of its file system take"));
    storage = {-1, -1};
    ASSERT_TRUE(start("pi"));
    EXPECT_EQ(findings().size(), 1U);
}

} // namespace
