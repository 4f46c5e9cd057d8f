#include "daemon/plan/mount_plan.hpp"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>

namespace frank::plan {
namespace {

LaunchRequest request(LaunchOp op) {
    LaunchRequest r;
    r.op = op;
    r.network = Network::host;
    r.instance[0] = 1;
    r.id_base = 1048576;
    r.arch_count = 1;
    r.arches[0] = Arch::arm64;
    std::strcpy(r.hostname.data(), "rpi3");
    return r;
}

bool has(const MountPlan &plan, StepKind kind, const std::string &target) {
    return std::any_of(plan.begin(), plan.end(),
                       [&](const MountStep &s) { return s.kind == kind && s.target == target; });
}

TEST(MountPlan, OfASessionReadsAsItIsCarriedOut) {
    const std::vector<std::string> golden{
        "user namespace: ids 0-65535 are 1048576-1114111 outside; no further user namespaces",
        "namespaces: user, mount, pid, ipc, uts; network: the host's",
        "the tree on / (nodev, idmapped)",
        "tmpfs on /dev (mode 0755, nosuid, nodev)",
        "device /dev/null on /dev/null",
        "device /dev/zero on /dev/zero",
        "device /dev/full on /dev/full",
        "device /dev/random on /dev/random",
        "device /dev/urandom on /dev/urandom",
        "device /dev/tty on /dev/tty",
        "directory /dev/pts (mode 0755)",
        "a devpts of its own on /dev/pts",
        "link /dev/ptmx -> pts/ptmx",
        "directory /dev/shm (mode 1777)",
        "tmpfs on /dev/shm (mode 1777, nosuid, nodev)",
        "link /dev/fd -> /proc/self/fd",
        "link /dev/stdin -> /proc/self/fd/0",
        "link /dev/stdout -> /proc/self/fd/1",
        "link /dev/stderr -> /proc/self/fd/2",
        "tmpfs on /tmp (mode 1777, nosuid, nodev)",
        "tmpfs on /run (mode 0755, nosuid, nodev)",
        "directory /run/lock (mode 1777)",
        "directory /run/frankend (mode 0755)",
        "tmpfs on /run/frankend (mode 0755, nosuid, nodev)",
        "emulator qemu-aarch64 on /run/frankend/qemu-aarch64 (read-only)",
        "exec table at /run/frankend/exec-table",
        "directory /run/frankend/job (mode 0755)",
        "directory /run/frankend/accel (mode 0755)",
        "directory /run/frankend/native (mode 0755)",
        "directory /run/frankend/ccache (mode 0755)",
        "directory /run/frankend/board (mode 0755)",
        "the board's cpuinfo at /run/frankend/board/cpuinfo (where it has one)",
        "directory /run/frankend/board/firmware (mode 0755)",
        "directory /run/frankend/board/firmware/devicetree (mode 0755)",
        "directory /run/frankend/board/firmware/devicetree/base (mode 0755)",
        "the board's model at /run/frankend/board/firmware/devicetree/base/model (where it has one)",
        "the board's compatible at /run/frankend/board/firmware/devicetree/base/compatible (where it has "
        "one)",
        "tmpfs on /sys (mode 0755, nosuid, nodev)",
        "directory /sys/firmware (mode 0755)",
        "/sys read-only from here",
        "this machine's hosts and the session's name on /etc/hosts (read-only)",
        "/run/frankend read-only from here",
        "this machine's /etc/resolv.conf on /etc/resolv.conf (read-only)",
        "this machine's /etc/localtime on /etc/localtime (read-only)",
        "proc of the session's own processes on /proc",
        "a binfmt_misc of its own on /proc/sys/fs/binfmt_misc",
        "nothing on /proc/kallsyms",
        "nothing on /proc/kcore",
        "nothing on /proc/keys",
        "nothing on /proc/latency_stats",
        "nothing on /proc/timer_list",
        "nothing on /proc/sched_debug",
        "nothing on /proc/sysrq-trigger",
        "the board's /run/frankend/board/cpuinfo on /proc/cpuinfo (read-only)",
        "the board's /run/frankend/board/firmware on /sys/firmware (read-only)",
        "binfmt_misc entry frank-aarch64, flags PFC, interpreter frank-exec",
        "run frank-init as the session's first process",
    };
    EXPECT_EQ(describe_start(request(LaunchOp::start_session)), golden);
}

TEST(MountPlan, IsTheSameForTheSameRequest) {
    const auto r = request(LaunchOp::start_workshop);
    EXPECT_EQ(mount_plan(r), mount_plan(r));
}

TEST(MountPlan, OfASessionHasNothingOfThisMachinesPrograms) {
    for (const MountStep &step : mount_plan(request(LaunchOp::start_session))) {
        EXPECT_NE(step.kind, StepKind::host_tree) << describe(step);
        EXPECT_NE(step.kind, StepKind::tools) << describe(step);
    }
}

TEST(MountPlan, OfAWorkshopHasTheTreeBesideTheToolsNeverAsTheRoot) {
    const MountPlan plan = mount_plan(request(LaunchOp::start_workshop));
    EXPECT_EQ(plan.front().kind, StepKind::tmpfs);
    EXPECT_TRUE(has(plan, StepKind::tree, "target"));
    EXPECT_TRUE(has(plan, StepKind::host_tree, "usr"));
    EXPECT_TRUE(has(plan, StepKind::tools, "frank"));
}

TEST(MountPlan, OfAWorkshopWithoutATreeHasNone) {
    auto r = request(LaunchOp::start_workshop);
    r.instance = no_instance;
    EXPECT_FALSE(has(mount_plan(r), StepKind::tree, "target"));
}

TEST(MountPlan, SharesAnEmulatorBetweenArmhfAndArmel) {
    auto r = request(LaunchOp::start_session);
    r.arch_count = 2;
    r.arches = {Arch::armhf, Arch::armel};
    const MountPlan plan = mount_plan(r);
    EXPECT_EQ(
        std::count_if(plan.begin(), plan.end(), [](const auto &s) { return s.kind == StepKind::emulator; }),
        1);
}

TEST(MountPlan, ShowsSysfsOnlyWithANetworkOfItsOwn) {
    auto r = request(LaunchOp::start_session);
    EXPECT_FALSE(has(mount_plan(r), StepKind::sysfs, "sys"));
    r.network = Network::none;
    EXPECT_TRUE(has(mount_plan(r), StepKind::sysfs, "sys"));
}

TEST(MountPlan, SealsItsRunDirectoryAfterTheLastFileInIt) {
    for (const Network network : {Network::none, Network::host, Network::user}) {
        auto r = request(LaunchOp::start_session);
        r.network = network;
        const MountPlan plan = mount_plan(r);
        const auto seal = std::find_if(plan.begin(), plan.end(), [](const auto &s) {
            return s.kind == StepKind::seal && s.target == "run/frankend";
        });
        ASSERT_NE(seal, plan.end());
        EXPECT_TRUE(std::none_of(seal + 1, plan.end(), [](const MountStep &s) {
            return s.target.starts_with("run/frankend") ||
                   (s.kind != StepKind::board_view && s.source.starts_with("run/frankend"));
        }));
    }
}

TEST(MountPlan, NamesFrankNetAsResolverOnlyWhereItIs) {
    auto r = request(LaunchOp::start_session);
    EXPECT_TRUE(has(mount_plan(r), StepKind::host_file, "etc/resolv.conf"));
    EXPECT_FALSE(has(mount_plan(r), StepKind::resolver, "etc/resolv.conf"));
    r.network = Network::user;
    EXPECT_FALSE(has(mount_plan(r), StepKind::host_file, "etc/resolv.conf"));
    EXPECT_TRUE(has(mount_plan(r), StepKind::resolver, "etc/resolv.conf"));
}

TEST(MountPlan, ShowsABoardToForeignRootsAlone) {
    auto r = request(LaunchOp::start_session);
    EXPECT_TRUE(has(mount_plan(r), StepKind::board_view, "proc/cpuinfo"));
    EXPECT_FALSE(has(mount_plan(request(LaunchOp::start_workshop)), StepKind::board_view, "proc/cpuinfo"));
    r.arch_count = 0;
    for (const MountStep &step : mount_plan(r)) {
        EXPECT_NE(step.kind, StepKind::board_file) << describe(step);
        EXPECT_NE(step.kind, StepKind::board_view) << describe(step);
        EXPECT_NE(step.target, "sys") << "this machine's own programs find /sys as it was";
    }
}

} // namespace
} // namespace frank::plan
