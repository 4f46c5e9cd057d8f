// Images that are built to make us write or mount outside of them. Needs root.

#include "support/live_session.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace frank {
namespace {

namespace fs = std::filesystem;
using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using testing::HasSubstr;

/// A tree of ours with the directories that a root has, and a directory outside that must not change.
class HostileImageTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        fs::create_directories(canary_);
        std::ofstream(canary_ + "/file") << "untouched";
        request_ = test::launch_request(LaunchOp::make_tree);
        ASSERT_EQ(test::Launched(request_, {}, settings_).reply.rung, Rung::none);
        request_.op = LaunchOp::start_session;
        tree_ = (*fs::directory_iterator(settings_.storage)).path().string() + "/tree";
        for (const char *name : {"dev", "proc", "sys", "tmp", "run", "etc", "bin"})
            fs::create_directory(tree_ + "/" + name);
        for (const char *name : {"etc/hosts", "etc/resolv.conf"})
            std::ofstream(tree_ + "/" + name);
        for (const auto &entry : fs::recursive_directory_iterator(tree_))
            ASSERT_EQ(::lchown(entry.path().c_str(), plan::foreign_id_base, plan::foreign_id_base), 0);
    }
    void TearDown() override {
        if (::geteuid() != 0)
            return;
        std::ifstream file(canary_ + "/file");
        std::string text;
        std::getline(file, text);
        EXPECT_EQ(text, "untouched");
        EXPECT_EQ(std::distance(fs::directory_iterator(canary_), {}), 1) << "something was made outside";
    }
    void replace(const std::string &name, const std::string &target) {
        fs::remove_all(tree_ + "/" + name);
        fs::create_symlink(target, tree_ + "/" + name);
    }
    bool put_busybox() {
        std::error_code missing;
        fs::copy_file("/bin/busybox", tree_ + "/bin/sh", missing);
        return !missing;
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
    std::string canary_ = scratch_ / "canary";
    std::string tree_;
    LaunchRequest request_;
};

TEST_F(HostileImageTest, ADirectoryThatIsALinkIsRefusedByNameAndNothingOutsideIsTouched) {
    for (const char *name : {"dev", "proc", "tmp", "run", "etc"})
        for (const std::string &target : {canary_, std::string("../../../canary"), std::string("/etc")}) {
            replace(name, target);
            const LiveSession refused(request_, settings_);
            EXPECT_FALSE(refused.alive()) << name << " -> " << target;
            EXPECT_THAT(refused.reply().error, testing::AnyOf(ELOOP, ENOTDIR)) << name;
            const auto refusal = plan::to_refusal(refused.reply(), request_);
            EXPECT_THAT(refusal.message, HasSubstr(name));
            fs::remove(tree_ + "/" + name);
            fs::create_directory(tree_ + "/" + name);
            ASSERT_EQ(::chown((tree_ + "/" + name).c_str(), plan::foreign_id_base, plan::foreign_id_base), 0);
        }
}

TEST_F(HostileImageTest, AResolvConfThatIsALinkIsCoveredNotFollowed) {
    if (!put_busybox())
        GTEST_SKIP() << "needs busybox-static";
    for (const std::string &target : {canary_ + "/file", canary_ + "/new", std::string("../../../canary/new"),
                                      std::string("/proc/self/fd/0"), std::string("resolv.conf")}) {
        replace("etc/resolv.conf", target);
        LiveSession session(request_, settings_);
        ASSERT_TRUE(session.alive()) << target << " " << plan::to_refusal(session.reply(), request_).message;
        std::ifstream own("/etc/resolv.conf");
        std::stringstream text;
        text << own.rdbuf();
        EXPECT_EQ(session.shell("cat /etc/resolv.conf").output, text.str()) << target;
        EXPECT_NE(session.shell("echo x >/etc/resolv.conf").status, 0);
    }
}

TEST_F(HostileImageTest, AnImagesOwnDeviceFilesAreNotUsed) {
    if (!put_busybox())
        GTEST_SKIP() << "needs busybox-static";
    ASSERT_EQ(::mknod((tree_ + "/disk").c_str(), S_IFBLK | 0666, makedev(254, 0)), 0);
    ASSERT_EQ(::chmod((tree_ + "/disk").c_str(), 0666), 0);
    fs::create_symlink("/proc/sys/kernel/core_pattern", tree_ + "/dev/null");
    LiveSession session(request_, settings_);
    ASSERT_TRUE(session.alive());
    EXPECT_NE(session.shell("read x </disk").status, 0) << "nodev";
    EXPECT_NE(session.shell("mount -o remount,bind,dev / && read x </disk").status, 0);
    EXPECT_EQ(session.shell("stat -c %t,%T /dev/null; echo gone >/dev/null").output, "1,3\n");
}

TEST_F(HostileImageTest, AConfigurationInTheImageHasNoEffect) {
    if (!put_busybox())
        GTEST_SKIP() << "needs busybox-static";
    fs::create_directories(tree_ + "/etc/frankend");
    std::ofstream(tree_ + "/etc/frankend/frankend.toml") << "not = [toml";
    std::ofstream(tree_ + "/session.toml") << "schema = 99";
    std::ofstream(tree_ + "/etc/ld.so.preload") << "/nothing.so\n";
    LiveSession session(request_, settings_);
    ASSERT_TRUE(session.alive());
    EXPECT_EQ(session.shell("exit 3").status, 3 << 8);
}

TEST_F(HostileImageTest, SetuidInsideIsNobodyOutside) {
    if (!put_busybox())
        GTEST_SKIP() << "needs busybox-static";
    LiveSession session(request_, settings_);
    ASSERT_TRUE(session.alive());
    ASSERT_EQ(session.shell("cp /bin/sh /evil && chmod 4755 /evil").status, 0);
    struct stat st {};
    ASSERT_EQ(::stat((tree_ + "/evil").c_str(), &st), 0);
    EXPECT_EQ(st.st_uid, plan::foreign_id_base);
    EXPECT_EQ(st.st_mode & 07777, 04755U);
    struct stat storage {};
    ASSERT_EQ(::stat(settings_.storage.c_str(), &storage), 0);
    EXPECT_EQ(storage.st_mode & 0777, 0700U) << "nobody else reaches it at all";
}

} // namespace
} // namespace frank
