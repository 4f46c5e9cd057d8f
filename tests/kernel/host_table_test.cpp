// A machine's own binfmt table, with frank-launcher's code writing to it. "The machine" is a user namespace
// with all ids: its table is its own, and sessions below it that get no table come to it.
#include "daemon/launcher/failure.hpp"
#include "daemon/launcher/host_table.hpp"
#include "daemon/launcher/table_files.hpp"
#include "daemon/plan/probe_elf.hpp"
#include "tests/support/emulators.hpp"
#include "tests/support/live_session.hpp"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace frank {
namespace {

using launcher::Settings;
using plan::Arch;
using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using plan::table_bit;
using testing::HasSubstr;

constexpr const char *table = "/proc/sys/fs/binfmt_misc";
constexpr const char *theirs =
    R"(:qemu-aarch64:M::\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00)"
    R"(\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff)"
    R"(\xff\xff\xfe\xff\xff\xff:/bin/true:OCF)";

bool write_to(const std::string &path, const std::string &text) {
    const sys::Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool map_all(pid_t pid) {
    const std::string proc = "/proc/" + std::to_string(pid);
    return write_to(proc + "/uid_map", "0 0 4294967295") && write_to(proc + "/gid_map", "0 0 4294967295");
}

/// Runs `body` as root of such a machine; its EXPECTs count by the exit status.
int on_a_machine(const std::function<void(const Settings &)> &body) {
    auto [here, there] = sys::seqpacket_pair();
    const pid_t child = ::fork();
    if (child == 0) {
        char byte = 'x';
        here.reset();
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) != 0 ||
            ::send(there.get(), &byte, 1, 0) != 1 || ::recv(there.get(), &byte, 1, 0) != 1)
            ::_exit(77);
        const pid_t first = ::fork();
        if (first > 0) {
            int status = 0;
            (void)::waitpid(first, &status, 0);
            ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
        }
        if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0 ||
            ::mount("tmp", "/var/tmp", "tmpfs", 0, "mode=1777") != 0 ||
            ::mount("binfmt", table, "binfmt_misc", 0, nullptr) != 0 ||
            ::access((std::string(table) + "/frank-aarch64").c_str(), F_OK) == 0)
            ::_exit(77);
        Settings settings{"/var/tmp/storage", FRANK_BESIDE};
        settings.run = "/var/tmp/run";
        settings.private_tables = false;
        (void)::mkdir(settings.run.c_str(), 0755);
        try {
            body(settings);
        } catch (const launcher::LaunchError &error) {
            ADD_FAILURE() << plan::to_refusal(launcher::reply_of(error.what), {}).message;
        } catch (const std::exception &error) {
            ADD_FAILURE() << error.what();
        }
        (void)std::fflush(nullptr);
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    there.reset();
    char byte = 0;
    if (::recv(here.get(), &byte, 1, 0) == 1 && map_all(child))
        (void)::send(here.get(), &byte, 1, MSG_NOSIGNAL);
    here.reset();
    int status = 0;
    (void)::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

plan::LaunchReply set(const Settings &settings, std::uint64_t sessions, std::uint64_t programs) {
    LaunchRequest request = test::launch_request(LaunchOp::host_table);
    request.for_sessions = sessions;
    request.for_programs = programs;
    return test::Launched(request, {}, settings).reply;
}

std::string entry(const std::string &name) { return test::slurp(std::string(table) + "/" + name); }
bool exists(const std::string &path) { return ::access(path.c_str(), F_OK) == 0; }
std::string binfmt_d(const Settings &settings) { return settings.run + "/binfmt.d/zz-frankend.conf"; }
constexpr auto arm64 = table_bit(Arch::arm64);

class HostTable : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        if (on_a_machine([](const Settings &) {}) == 77)
            GTEST_SKIP() << "needs a binfmt table of a user namespace's own (Linux 6.7)";
        if (test::emulator_of(plan::Arch::arm64).empty())
            GTEST_SKIP() << "needs qemu-aarch64-static or qemu-aarch64";
        mine_ = test::slurp("/proc/self/mountinfo");
    }
    void TearDown() override {
        if (!mine_.empty()) {
            EXPECT_EQ(test::slurp("/proc/self/mountinfo"), mine_);
        }
    }
    std::string mine_;
};

TEST_F(HostTable, GetsAnEntryForSessionsThatNeverHasFlagC) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  ASSERT_TRUE(write_to(std::string(table) + "/register", theirs));
                  const std::string before = entry("qemu-aarch64");
                  const auto reply = set(settings, arm64, 0);
                  EXPECT_EQ(reply.rung, Rung::none) << plan::to_refusal(reply, {}).message;
                  EXPECT_EQ(reply.table, plan::TableKind::host);
                  EXPECT_THAT(entry("frank-aarch64"), HasSubstr("flags: PF\n"));
                  EXPECT_THAT(entry("frank-aarch64"), HasSubstr("/binfmt/frank-exec-aarch64\n"));
                  EXPECT_THAT(test::slurp(binfmt_d(settings)), testing::StartsWith(":frank-aarch64:M::"));
                  EXPECT_THAT(test::slurp(settings.run + "/modprobe.d/zz-frankend.conf"),
                              HasSubstr("install binfmt-464c "));
                  EXPECT_EQ(entry("qemu-aarch64"), before) << "shadowed, not touched";
                  EXPECT_EQ(set(settings, 0, 0).rung, Rung::none);
                  EXPECT_FALSE(exists(std::string(table) + "/frank-aarch64"));
                  EXPECT_FALSE(exists(binfmt_d(settings)));
                  EXPECT_FALSE(exists(settings.run + "/modprobe.d/zz-frankend.conf"));
                  EXPECT_FALSE(exists(settings.storage + "/binfmt/memory"));
                  EXPECT_EQ(entry("qemu-aarch64"), before);
              }),
              0);
}

TEST_F(HostTable, PutsBackWhatHadTheNameAsItWas) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  ASSERT_TRUE(write_to(std::string(table) + "/register", theirs));
                  ASSERT_TRUE(write_to(std::string(table) + "/qemu-aarch64", "0"));
                  const std::string before = entry("qemu-aarch64");
                  EXPECT_THAT(before, HasSubstr("disabled"));
                  EXPECT_EQ(set(settings, 0, arm64).rung, Rung::none);
                  EXPECT_THAT(
                      entry("qemu-aarch64"),
                      HasSubstr("interpreter " + test::emulator_of(plan::Arch::arm64) + "\nflags: PF\n"));
                  EXPECT_THAT(entry("qemu-aarch64"), HasSubstr("enabled"));
                  EXPECT_EQ(set(settings, 0, 0).rung, Rung::none);
                  EXPECT_EQ(entry("qemu-aarch64"), before);
              }),
              0);
}

TEST_F(HostTable, ListsItsNewestEntryFirstAndThatOneWins) {
    EXPECT_EQ(on_a_machine([](const Settings &) {
                  const std::string to = std::string(table) + "/register";
                  ASSERT_TRUE(write_to(to, ":b:E::frank-x::/bin/false:"));
                  ASSERT_TRUE(write_to(to, ":a:E::frank-x::/bin/true:"));
                  ASSERT_TRUE(write_to(to, ":c:E::other::/bin/true:"));
                  const sys::Fd open = launcher::open_table("", true);
                  std::vector<std::string> names;
                  for (const auto &read : launcher::read_table(open.get()))
                      names.push_back(read.name);
                  EXPECT_THAT(names, testing::ElementsAre("c", "a", "b"));
                  std::ofstream("/var/tmp/p.frank-x") << "x";
                  ASSERT_EQ(::chmod("/var/tmp/p.frank-x", 0755), 0);
                  EXPECT_EQ(::system("/var/tmp/p.frank-x"), 0); // NOLINT: it is the shell that is asked
              }),
              0);
}

TEST_F(HostTable, IsMendedAfterAFlush) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  ASSERT_EQ(set(settings, arm64, arm64).rung, Rung::none);
                  const std::string sessions = entry("frank-aarch64"), programs = entry("qemu-aarch64");
                  ASSERT_TRUE(write_to(std::string(table) + "/status", "-1"));
                  ASSERT_FALSE(exists(std::string(table) + "/frank-aarch64"));
                  launcher::HostTable(settings).mend(); // what modprobe runs
                  EXPECT_EQ(entry("frank-aarch64"), sessions);
                  EXPECT_EQ(entry("qemu-aarch64"), programs);
                  launcher::HostTable(settings).let_go();
                  EXPECT_FALSE(exists(std::string(table) + "/frank-aarch64"));
                  EXPECT_FALSE(exists(std::string(table) + "/qemu-aarch64"));
              }),
              0);
}

TEST_F(HostTable, IsMendedUntilTheSecondFlushOfARestartIsOverToo) {
    EXPECT_EQ(
        on_a_machine([](const Settings &settings) {
            ASSERT_EQ(set(settings, arm64, 0).rung, Rung::none);
            const std::string sessions = entry("frank-aarch64"), status = std::string(table) + "/status";
            ASSERT_TRUE(write_to(status, "-1"));
            const pid_t other = ::fork();
            if (other == 0) { // systemd-binfmt, which flushes when it stops and when it starts
                for (int tries = 0; tries < 5000 && !exists(std::string(table) + "/frank-aarch64"); ++tries)
                    ::usleep(1000);
                ::_exit(write_to(status, "-1") ? 0 : 1);
            }
            launcher::mend_until_quiet(settings, std::chrono::milliseconds(300));
            EXPECT_EQ(entry("frank-aarch64"), sessions);
            int result = -1;
            EXPECT_EQ(::waitpid(other, &result, 0), other);
            EXPECT_EQ(result, 0);
        }),
        0);
}

TEST_F(HostTable, OfAnEarlierBootIsForgotten) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  ASSERT_TRUE(write_to(std::string(table) + "/register", theirs));
                  ASSERT_EQ(set(settings, 0, arm64).rung, Rung::none);
                  ASSERT_TRUE(write_to(std::string(table) + "/status", "-1"));
                  const std::string memory = settings.storage + "/binfmt/memory";
                  std::string text = test::slurp(memory);
                  text.replace(text.find("boot ") + 5, 4, "beef");
                  std::ofstream(memory) << text;
                  launcher::HostTable(settings).mend();
                  EXPECT_FALSE(exists(std::string(table) + "/qemu-aarch64"));
                  EXPECT_EQ(set(settings, 0, 0).rung, Rung::none);
                  EXPECT_FALSE(exists(std::string(table) + "/qemu-aarch64"))
                      << "its owner registers it, not we";
              }),
              0);
}

TEST_F(HostTable, ServesASessionThatHasNoTableOfItsOwn) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  LaunchRequest request = test::launch_request(LaunchOp::start_workshop);
                  request.instance = plan::no_instance;
                  request.arch_count = 1;
                  request.arches[0] = Arch::arm64;
                  {
                      test::LiveSession refused(request, settings);
                      EXPECT_EQ(refused.reply().rung, Rung::host_table) << "nothing of ours is registered";
                  }
                  ASSERT_EQ(set(settings, arm64, 0).rung, Rung::none);
                  test::LiveSession workshop(request, settings);
                  ASSERT_TRUE(workshop.alive()) << plan::to_refusal(workshop.reply(), request).message;
                  EXPECT_EQ(workshop.shell("ls -A /proc/sys/fs/binfmt_misc").output, "");
                  const auto outcome = workshop.shell("/frank/frank-tree probe --arch arm64");
                  EXPECT_EQ(outcome.status, 0) << outcome.output;
              }),
              0);
}

TEST_F(HostTable, OutsideOfASessionTheMachinesOwnEmulatorRuns) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  ASSERT_EQ(set(settings, arm64, 0).rung, Rung::none);
                  const auto probe = plan::build_probe(Arch::arm64);
                  const std::string path = "/var/tmp/probe";
                  std::ofstream(path).write(reinterpret_cast<const char *>(probe.data()),
                                            static_cast<std::streamsize>(probe.size()));
                  ASSERT_EQ(::chmod(path.c_str(), 0755), 0);
                  EXPECT_EQ(::system(path.c_str()), plan::probe_status << 8); // NOLINT
                  // A table that frankend could have put there is nothing to go by.
                  ASSERT_EQ(::mount("run", "/run", "tmpfs", 0, "mode=0755"), 0);
                  ASSERT_EQ(::mkdir("/run/frankend", 0755), 0);
                  const auto evil = plan::build_exec_table({{Arch::arm64, "/bin/true", {}}}, {});
                  std::ofstream("/run/frankend/exec-table")
                      .write(reinterpret_cast<const char *>(evil.data()),
                             static_cast<std::streamsize>(evil.size()));
                  ASSERT_EQ(::chown("/run/frankend/exec-table", 1000, 1000), 0);
                  EXPECT_EQ(::system(path.c_str()), plan::probe_status << 8); // NOLINT
              }),
              0);
}

TEST_F(HostTable, TakesNoArchitectureThatThisMachineRunsItself) {
    EXPECT_EQ(on_a_machine([](const Settings &settings) {
                  EXPECT_EQ(set(settings, table_bit(Arch::amd64), 0).rung, Rung::request);
                  EXPECT_EQ(set(settings, 0, std::uint64_t{1} << 63).rung, Rung::request);
                  EXPECT_EQ(set(settings, 1, 0).rung, Rung::request);
              }),
              0);
}

} // namespace
} // namespace frank
