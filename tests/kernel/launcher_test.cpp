// What a session is made of, seen from inside and from outside. Needs root.

#include "support/live_session.hpp"
#include "tests/support/emulators.hpp"

#include <arpa/inet.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace frank {
namespace {

using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using test::slurp;
using testing::HasSubstr;

class LauncherTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        mounts_ = slurp("/proc/self/mountinfo");
    }
    void TearDown() override {
        if (::geteuid() == 0) {
            EXPECT_EQ(mounts_, slurp("/proc/self/mountinfo")) << "the host's mounts changed";
        }
    }
    LaunchRequest made(LaunchOp op) {
        LaunchRequest request = test::launch_request(LaunchOp::make_tree);
        EXPECT_EQ(test::Launched(request, {}, settings_).reply.rung, Rung::none);
        request.op = op;
        return request;
    }
    std::string tree_of(const LaunchRequest &request) {
        std::string name;
        for (const auto byte : request.instance) {
            std::array<char, 3> hex{};
            (void)std::snprintf(hex.data(), hex.size(), "%02x", byte);
            name += hex.data();
        }
        return settings_.storage + "/" + name + "/tree";
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
    std::string mounts_;
};

TEST_F(LauncherTest, AWorkshopHasThisMachinesToolsAndTheTreeWithForeignIdsOnDisk) {
    const LaunchRequest request = made(LaunchOp::start_workshop);
    LiveSession workshop(request, settings_);
    ASSERT_TRUE(workshop.alive());
    const auto outcome = workshop.shell("id -u; hostname; touch /target/x && stat -c %u /target/x");
    EXPECT_EQ(outcome.output, "0\nprobe\n0\n");
    struct stat st {};
    ASSERT_EQ(::stat((tree_of(request) + "/x").c_str(), &st), 0);
    EXPECT_EQ(st.st_uid, plan::foreign_id_base);
}

TEST_F(LauncherTest, EveryMountButTheRootIsNosuidAndTheTreeIsNodev) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    std::istringstream lines(workshop.shell("cat /proc/self/mountinfo").output);
    int seen = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
        std::istringstream words(line);
        std::string word, target, flags;
        words >> word >> word >> word >> word >> target >> flags;
        EXPECT_THAT("," + flags + ",", HasSubstr(",nosuid,")) << line;
        if (target == "/target") {
            EXPECT_THAT(flags, HasSubstr("nodev"));
            EXPECT_THAT(flags, HasSubstr("idmapped"));
        }
        if (target == "/usr" || target == "/etc" || target == "/frank") {
            EXPECT_THAT("," + flags + ",", HasSubstr(",ro,")) << line;
        }
    }
    EXPECT_GT(seen, 10);
}

TEST_F(LauncherTest, TheSessionsRootCannotUndoAFlagOrUncoverATarget) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    EXPECT_NE(workshop.shell("mount -o remount,bind,dev /target").status, 0);
    EXPECT_NE(workshop.shell("mount -o remount,bind,rw /usr").status, 0);
    EXPECT_NE(workshop.shell("umount /proc").status, 0);
    EXPECT_NE(workshop.shell("umount /dev").status, 0);
    EXPECT_NE(workshop.shell("mknod /target/disk b 8 0").status, 0);
    EXPECT_EQ(workshop.shell("mkdir /tmp/p && mount -t proc p /tmp/p && test -e /tmp/p/1").status, 0)
        << "a procfs of one's own must stay possible";
}

TEST_F(LauncherTest, TheSessionsRootCannotRaiseTheLimitOnNamespaces) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    EXPECT_NE(
        workshop.shell("echo 100 > /proc/sys/user/max_user_namespaces; exec unshare --user true").status, 0);
    EXPECT_EQ(workshop.shell("exec unshare --mount true").status, 0);
}

TEST_F(LauncherTest, NoDescriptorLeaksInto200Starts) {
    const LaunchRequest request = made(LaunchOp::start_workshop);
    for (int i = 0; i < 200; ++i) {
        LiveSession workshop(request, settings_);
        ASSERT_TRUE(workshop.alive());
        const auto outcome = workshop.run({"/bin/ls", "/proc/self/fd", "/proc/1/fd"});
        // ls itself holds the directory it lists as the next free number.
        ASSERT_THAT(outcome.output, testing::StartsWith("/proc/1/fd:")) << outcome.output;
        ASSERT_THAT(outcome.output, HasSubstr("/proc/self/fd:\n0\n1\n2\n3\n")) << outcome.output;
        ASSERT_THAT(outcome.output, testing::EndsWith("\n0\n1\n2\n3\n")) << outcome.output;
    }
}

TEST_F(LauncherTest, KillingEverythingInsideTouchesNothingOutside) {
    const pid_t canary = ::fork();
    if (canary == 0) {
        (void)::pause();
        ::_exit(0);
    }
    {
        LiveSession workshop(made(LaunchOp::start_workshop), settings_);
        ASSERT_TRUE(workshop.alive());
        (void)workshop.shell("kill -9 -1");
        EXPECT_EQ(workshop.shell("exit 7").status, 7 << 8) << "frank-init lives on";
    }
    EXPECT_EQ(::kill(canary, 0), 0);
    (void)::kill(canary, SIGKILL);
    (void)::waitpid(canary, nullptr, 0);
}

TEST_F(LauncherTest, TheSessionEndsWithItsLauncher) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    const int init = static_cast<int>(::syscall(SYS_pidfd_open, workshop.reply().init_pid, 0));
    ASSERT_GE(init, 0);
    workshop.launched().kill_launcher();
    pollfd gone{init, POLLIN, 0};
    EXPECT_EQ(::poll(&gone, 1, 5000), 1);
    (void)::close(init);
}

TEST_F(LauncherTest, AWorkshopEndsWithItsConnection) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    workshop.launched().hang_up();
    workshop.launched().end(); // would wait for ever
}

TEST_F(LauncherTest, TheSupervisorHoldsNoPrivilege) {
    LiveSession workshop(made(LaunchOp::start_workshop), settings_);
    ASSERT_TRUE(workshop.alive());
    const std::string status =
        slurp("/proc/" + std::to_string(workshop.launched().launcher_pid()) + "/status");
    EXPECT_THAT(status, HasSubstr("CapPrm:\t0000000000000000"));
    EXPECT_THAT(status, HasSubstr("CapEff:\t0000000000000000"));
    EXPECT_THAT(status, HasSubstr("CapBnd:\t0000000000000000"));
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
    EXPECT_THAT(status, testing::Not(HasSubstr("Uid:\t0")));
}

TEST_F(LauncherTest, AnAbstractSocketOfTheMachineIsOutOfReach) {
    const sys::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string text = "frank-test-" + std::to_string(::getpid());
    std::memcpy(name.sun_path + 1, text.data(), text.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr *>(&name), length), 0);
    ASSERT_EQ(::listen(listener.get(), 4), 0);
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1) < 6)
        GTEST_SKIP() << "this kernel's Landlock has no scopes (Linux 6.12)";
    const std::string script =
        "use Socket; socket(S,AF_UNIX,SOCK_STREAM,0); exit(connect(S,pack('Sa*',AF_UNIX,\"\\0" + text +
        "\")) ? 0 : 5)";
    LaunchRequest request = made(LaunchOp::start_workshop);
    request.network = plan::Network::host;
    LiveSession fenced(request, settings_);
    ASSERT_TRUE(fenced.alive());
    EXPECT_EQ(fenced.run({"/usr/bin/perl", "-e", script}).status, 5 << 8);
    const pid_t outside = ::fork();
    if (outside == 0) {
        (void)::execl("/usr/bin/perl", "perl", "-e", script.c_str(), nullptr);
        ::_exit(9);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(outside, &status, 0), outside);
    EXPECT_EQ(status, 0) << "the same outside";
}

TEST_F(LauncherTest, AnEmulatorCannotBeChangedThroughAnEmulatedProcess) {
    if (test::emulator_of(plan::Arch::arm64).empty())
        GTEST_SKIP() << "needs qemu-aarch64-static or qemu-aarch64";
    LaunchRequest request = made(LaunchOp::start_workshop);
    request.arch_count = 1;
    request.arches[0] = plan::Arch::arm64;
    LiveSession workshop(request, settings_);
    ASSERT_TRUE(workshop.alive());
    // An arm64 program that is nothing but "b ." (an endless loop).
    const char *make =
        "printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\267\\0\\1\\0\\0\\0' >/tmp/loop;"
        "printf '\\170\\0\\100\\0\\0\\0\\0\\0\\100\\0\\0\\0\\0\\0\\0\\0' >>/tmp/loop;"
        "printf '\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\100\\0\\070\\0\\1\\0\\0\\0\\0\\0\\0\\0' >>/tmp/loop;"
        "printf '\\1\\0\\0\\0\\5\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\100\\0\\0\\0\\0\\0' >>/tmp/loop;"
        "printf '\\0\\0\\100\\0\\0\\0\\0\\0\\174\\0\\0\\0\\0\\0\\0\\0\\174\\0\\0\\0\\0\\0\\0\\0' >>/tmp/loop;"
        "printf '\\0\\020\\0\\0\\0\\0\\0\\0\\0\\0\\0\\024' >>/tmp/loop; chmod 755 /tmp/loop;";
    const std::string attack =
        std::string(make) +
        "/tmp/loop >/dev/null 2>&1 & pid=$!; sleep 0.3; kill -0 $pid || exit 9; exe=/proc/$pid/exe;"
        "chmod 4755 $exe && exit 1; (echo x >>$exe) && exit 2; chown 1 $exe && exit 3;"
        // mount(8) would follow the link first; this is mount(2) with MS_REMOUNT | MS_BIND.
        "perl -e 'exit syscall(165, 0, $ARGV[0], 0, 0x1020, 0)' $exe && exit 4; cmp $exe " +
        test::emulator_of(plan::Arch::arm64) + " && echo it was qemu; kill $pid; exit 0";
    const auto outcome = workshop.run({"/bin/sh", "-c", attack});
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("it was qemu"));
}

TEST_F(LauncherTest, ThisMachinesOwnDirectoriesAreNotAdopted) {
    for (const char *path : {"/", "/etc", "/usr", "/var"}) {
        const sys::Fd fd(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        const auto request = test::launch_request(LaunchOp::adopt_tree);
        const test::Launched refused(request, {fd.get()}, settings_);
        EXPECT_EQ(refused.reply.rung, Rung::storage) << path;
        EXPECT_EQ(refused.reply.error, EPERM) << path;
    }
}

TEST_F(LauncherTest, AnAdoptedDirectoryThatWasReplacedIsRefused) {
    const std::string path = scratch_ / "given";
    std::filesystem::create_directory(path);
    LaunchRequest request = test::launch_request(LaunchOp::adopt_tree);
    {
        const sys::Fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        const test::Launched adopted(request, {fd.get()}, settings_);
        ASSERT_EQ(adopted.reply.rung, Rung::none);
    }
    std::filesystem::rename(path, path + "-moved");
    std::filesystem::create_directory(path);
    request.op = LaunchOp::start_workshop;
    request.disk_ids = plan::DiskIds::plain;
    const LiveSession refused(request, settings_);
    EXPECT_EQ(refused.reply().rung, Rung::storage);
    EXPECT_EQ(refused.reply().error, ESTALE);
    EXPECT_THAT(plan::to_refusal(refused.reply(), request).message, HasSubstr("moved or replaced"));
}

TEST_F(LauncherTest, ATreeThatStillHoldsSomethingIsNotDropped) {
    LaunchRequest request = made(LaunchOp::drop_tree);
    std::ofstream(tree_of(request) + "/kept") << "x";
    EXPECT_EQ(test::Launched(request, {}, settings_).reply.error, ENOTEMPTY);
    std::filesystem::remove(tree_of(request) + "/kept");
    EXPECT_EQ(test::Launched(request, {}, settings_).reply.rung, Rung::none);
    EXPECT_EQ(test::Launched(request, {}, settings_).reply.rung, Rung::none) << "dropping nothing is fine";
}

TEST_F(LauncherTest, RequestsThatFrankendWouldNotMakeAreRefused) {
    LaunchRequest good = made(LaunchOp::start_workshop);
    const auto refused = [&](auto change) {
        LaunchRequest bad = good;
        change(bad);
        return test::Launched(bad, {}, settings_).reply.rung == Rung::request;
    };
    EXPECT_TRUE(refused([](auto &r) { r.magic = 1; }));
    EXPECT_TRUE(refused([](auto &r) { r.op = static_cast<LaunchOp>(99); }));
    EXPECT_TRUE(refused([](auto &r) { r.id_base = 0; }));
    EXPECT_TRUE(refused([](auto &r) { r.id_base += 1; }));
    EXPECT_TRUE(refused([](auto &r) { r.arch_count = 200; }));
    EXPECT_TRUE(refused([](auto &r) { r.arch_count = 1, r.arches[0] = plan::Arch::amd64; }));
    EXPECT_TRUE(refused([](auto &r) { r.arch_count = 1, r.arches[0] = static_cast<plan::Arch>(77); }));
    EXPECT_TRUE(refused([](auto &r) { r.hostname.fill('a'); }));
    EXPECT_TRUE(refused([](auto &r) { r.hostname = {"../x"}; }));
    EXPECT_TRUE(refused([](auto &r) { r.network = static_cast<plan::Network>(9); }));
    EXPECT_TRUE(refused([](auto &) {})) << "without descriptors";
}

TEST_F(LauncherTest, DiagnosingTriesTheStorageAndLeavesNothingThere) {
    const test::Launched diagnosed(test::launch_request(LaunchOp::diagnose), {}, settings_);
    EXPECT_EQ(diagnosed.reply.rung, Rung::none);
    EXPECT_TRUE(std::filesystem::is_empty(settings_.storage));
}

TEST_F(LauncherTest, AMissingProgramOfOursIsToldInWords) {
    const LaunchRequest request = made(LaunchOp::start_workshop);
    settings_.libexec = scratch_ / "nothing-here";
    const LiveSession refused(request, settings_);
    EXPECT_EQ(refused.reply().rung, Rung::exec_init);
    EXPECT_THAT(plan::to_refusal(refused.reply(), request).message, HasSubstr("No such file or directory"));
}

} // namespace
} // namespace frank
