// A session's architectures, from inside, and limits that are not to be had. Needs root.
#include "support/live_session.hpp"
#include "tests/support/emulators.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frank {
namespace {

using plan::Arch;
using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using testing::HasSubstr;

class LauncherArches : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
    }
    LaunchRequest made(LaunchOp op = LaunchOp::start_workshop) {
        LaunchRequest request = test::launch_request(LaunchOp::make_tree);
        EXPECT_EQ(test::Launched(request, {}, settings_).reply.rung, Rung::none);
        request.op = op;
        return request;
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
};

TEST_F(LauncherArches, ANative32BitRootSeesA32BitMachine) {
    LaunchRequest request = made();
    EXPECT_EQ(LiveSession(request, settings_).shell("uname -m").output, "x86_64\n");
    request.arch = Arch::i386;
    EXPECT_EQ(LiveSession(request, settings_).shell("uname -m").output, "i686\n");
}

TEST_F(LauncherArches, AllThatAreAskedForAreRegisteredAnEmulatorOnce) {
    LaunchRequest request = made();
    request.arch_count = 0;
    for (const Arch arch : {Arch::arm64, Arch::armhf, Arch::armel, Arch::mipsel, Arch::mipsn32el}) {
        if (test::emulator_of(arch).empty())
            GTEST_SKIP() << "needs an emulator of " << plan::info(arch).qemu;
        request.arches[request.arch_count++] = arch;
    }
    LiveSession session(request, settings_);
    EXPECT_EQ(
        session.shell("cd /proc/sys/fs/binfmt_misc; ls | grep frank; ls /run/frankend | grep qemu").output,
        "frank-aarch64\nfrank-arm\nfrank-mipsel\nfrank-mipsn32el\n"
        "qemu-aarch64\nqemu-arm\nqemu-mipsel\nqemu-mipsn32el\n");
}

/// What limits do is tested where systemd delegates a group. Here none is, and none of the machine's is
/// touched.
TEST_F(LauncherArches, LimitsThatCannotBeHadAreRefused) {
    LaunchRequest request = made(LaunchOp::start_session);
    request.limits.of(plan::Resource::tasks) = 100;
    const LiveSession refused(request, settings_);
    EXPECT_EQ(refused.reply().rung, Rung::limits);
    EXPECT_EQ(refused.reply().error, EOPNOTSUPP);
    EXPECT_THAT(
        plan::to_refusal(refused.reply(), request).message,
        HasSubstr("could not limit the session's tasks: Operation not supported; that needs cgroup v2"));
    request.limits.of(plan::Resource::tasks) = 1;
    EXPECT_EQ(LiveSession(request, settings_).reply().rung, Rung::request);
}

} // namespace
} // namespace frank
