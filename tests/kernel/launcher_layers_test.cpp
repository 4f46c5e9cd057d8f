// Trees one over the other, as a session sees them, and on disk. Needs root and busybox-static.
#include "support/live_session.hpp"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace frank {
namespace {

using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using test::slurp;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Layers : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        if (!fs::exists("/bin/busybox"))
            GTEST_SKIP() << "needs busybox-static";
        fs::permissions(scratch_.path(), fs::perms(0755));
        mounts_ = slurp("/proc/self/mountinfo");
        base_ = test::launch_request(LaunchOp::make_tree);
        ASSERT_EQ(test::Launched(base_, {}, settings_).reply.rung, Rung::none);
        fill(path_of(base_) + "/tree", plan::foreign_id_base);
    }
    void TearDown() override {
        if (::geteuid() == 0) {
            EXPECT_EQ(mounts_, slurp("/proc/self/mountinfo")) << "the host's mounts changed";
        }
    }
    static void fill(const std::string &tree, uid_t root) {
        fs::create_directories(tree + "/bin");
        fs::copy_file("/bin/busybox", tree + "/bin/busybox");
        for (const char *tool : {"sh", "cat", "ls", "mkdir", "mv", "rm", "chmod", "stat", "touch", "chown",
                                 "ln", "mknod", "find", "wc"})
            fs::create_symlink("busybox", tree + "/bin/" + tool);
        fs::create_directories(tree + "/data/deep");
        for (const char *name : {"/data/one", "/data/two", "/data/deep/three"})
            std::ofstream(tree + name) << "base\n";
        for (const auto &entry : fs::recursive_directory_iterator(tree))
            EXPECT_EQ(::lchown(entry.path().c_str(), root, root), 0);
        EXPECT_EQ(::lchown(tree.c_str(), root, root), 0);
    }
    std::string path_of(const LaunchRequest &request) const {
        return settings_.storage + "/" + plan::to_text(request.instance);
    }
    LaunchRequest layer_over(const LaunchRequest &below) {
        LaunchRequest request = test::launch_request(LaunchOp::make_layer);
        request.base = below.instance;
        const test::Launched made(request, {}, settings_);
        EXPECT_EQ(made.reply.rung, Rung::none) << plan::to_refusal(made.reply, request).message;
        request.disk_ids = below.disk_ids;
        request.owner_uid = below.owner_uid;
        request.op = LaunchOp::start_session;
        return request;
    }
    std::string said(const LaunchRequest &request, const std::string &script) {
        LiveSession session(request, settings_);
        EXPECT_TRUE(session.alive()) << plan::to_refusal(session.reply(), request).message;
        return session.alive() ? session.shell(script).output : "";
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
    std::string mounts_;
    LaunchRequest base_;
};

TEST_F(Layers, ASessionChangesItsOwnAndNeverWhatLiesBelow) {
    const LaunchRequest top = layer_over(base_);
    EXPECT_EQ(said(top, "cat /data/one; echo top >/data/one; rm /data/two; mv /data/deep /data/moved; "
                        "echo new >/data/new; cat /data/one; ls /data; cat /data/moved/three"),
              "base\ntop\nmoved\nnew\none\nbase\n");
    const std::string below = path_of(base_) + "/tree/data";
    EXPECT_EQ(slurp(below + "/one"), "base\n");
    EXPECT_TRUE(fs::exists(below + "/two"));
    EXPECT_TRUE(fs::exists(below + "/deep/three"));
    EXPECT_FALSE(fs::exists(below + "/new"));
    EXPECT_EQ(said(top, "cat /data/one; ls /data"), "top\nmoved\nnew\none\n") << "it is there the next time";
}

TEST_F(Layers, WhatIsMadeIsForeignOnDiskAndTheSessionsRootsInside) {
    const LaunchRequest top = layer_over(base_);
    EXPECT_EQ(said(top,
                   "touch /x; chown 33:34 /x; chown 5 /data/one; chmod 6755 /data/one; stat -c '%u:%g %a' /x "
                   "/data/one /data/two"),
              "33:34 644\n5:0 6755\n0:0 644\n");
    struct stat st {};
    ASSERT_EQ(::lstat((path_of(top) + "/tree/root/x").c_str(), &st), 0);
    EXPECT_EQ(st.st_uid, plan::foreign_id_base + 33);
    ASSERT_EQ(::lstat((path_of(top) + "/tree/root/data/one").c_str(), &st), 0);
    EXPECT_EQ(st.st_uid, plan::foreign_id_base + 5);
    EXPECT_EQ(st.st_mode & 07777, 06755U);
}

TEST_F(Layers, TheRootDirectoryIsAsItWasBelow) {
    fs::permissions(path_of(base_) + "/tree", fs::perms(0751));
    EXPECT_EQ(said(layer_over(layer_over(base_)), "stat -c '%a %u' /"), "751 0\n");
}

TEST_F(Layers, ManySessionsOfOneBaseAtOnceDoNotSeeEachOther) {
    LaunchRequest one = layer_over(base_);
    LaunchRequest two = layer_over(base_);
    two.id_base = one.id_base + plan::id_range_size;
    LiveSession first(one, settings_);
    LiveSession second(two, settings_);
    ASSERT_TRUE(first.alive() && second.alive());
    EXPECT_EQ(first.shell("echo first >/data/one; stat -c %u /data/one").output, "0\n");
    EXPECT_EQ(second.shell("cat /data/one; echo second >/data/one").output, "base\n");
    EXPECT_EQ(first.shell("cat /data/one").output, "first\n");
    EXPECT_EQ(second.shell("cat /data/one; stat -c %u /data/one").output, "second\n0\n");
}

TEST_F(Layers, LayersLieOnLayers) {
    LaunchRequest top = base_;
    for (int i = 0; i < 5; ++i) {
        top = layer_over(top);
        (void)said(top, "echo " + std::to_string(i) + " >/data/" + std::to_string(i) + "; rm -f /data/" +
                            std::to_string(i - 2));
    }
    EXPECT_EQ(said(top, "ls /data"), "3\n4\ndeep\none\ntwo\n");
}

TEST_F(Layers, OverADirectoryOfSomebodysTheirFilesAreTheRootsAndAreNotChanged) {
    constexpr uid_t owner = 4711;
    const std::string given = scratch_ / "given";
    fs::create_directory(given);
    fill(given, owner);
    LaunchRequest adopted = test::launch_request(LaunchOp::adopt_tree);
    adopted.owner_uid = owner;
    adopted.disk_ids = plan::DiskIds::owner;
    const sys::Fd fd(::open(given.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(test::Launched(adopted, {fd.get()}, settings_).reply.rung, Rung::none);
    EXPECT_EQ(said(layer_over(adopted),
                   "stat -c %u /data/one; echo mine >/data/one; rm -r /data/deep; cat /data/one"),
              "0\nmine\n");
    EXPECT_EQ(slurp(given + "/data/one"), "base\n");
    EXPECT_TRUE(fs::exists(given + "/data/deep/three"));
}

TEST_F(Layers, TheSessionCannotMakeAWhiteoutByItself) {
    const LaunchRequest top = layer_over(base_);
    EXPECT_THAT(said(top, "mknod /data/whiteout c 0 0; ls /data"), HasSubstr("not permitted"));
    EXPECT_EQ(said(top, "ls /data"), "deep\none\ntwo\n");
}

TEST_F(Layers, AWorkshopSeesALayersOwnFilesToEmptyThem) {
    LaunchRequest top = layer_over(base_);
    (void)said(top, "rm /data/two; echo new >/data/new");
    top.op = LaunchOp::drop_tree;
    EXPECT_EQ(test::Launched(top, {}, settings_).reply.error, ENOTEMPTY);
    top.op = LaunchOp::start_workshop;
    {
        LiveSession workshop(top, settings_);
        ASSERT_TRUE(workshop.alive());
        EXPECT_EQ(workshop.shell("ls /target").output, "root\nwork\n");
        EXPECT_EQ(workshop.run({"/frank/frank-tree", "empty", "/target"}).status, 0);
    }
    top.op = LaunchOp::drop_tree;
    EXPECT_EQ(test::Launched(top, {}, settings_).reply.rung, Rung::none);
    EXPECT_FALSE(fs::exists(path_of(top)));
    EXPECT_TRUE(fs::exists(path_of(base_) + "/tree/data/two"));
}

TEST_F(Layers, ThereIsAnEndToThem) {
    LaunchRequest top = base_;
    for (std::size_t i = 1; i < plan::max_layers; ++i)
        top = layer_over(top);
    EXPECT_EQ(said(top, "cat /data/one"), "base\n");
    LaunchRequest more = test::launch_request(LaunchOp::make_layer);
    more.base = top.instance;
    const test::Launched refused(more, {}, settings_);
    EXPECT_EQ(refused.reply.rung, Rung::storage);
    EXPECT_EQ(refused.reply.error, EMLINK);
    EXPECT_FALSE(fs::exists(path_of(more)));
}

TEST_F(Layers, WithoutItsBaseALayerDoesNotStart) {
    const LaunchRequest top = layer_over(base_);
    fs::remove_all(path_of(base_));
    EXPECT_EQ(LiveSession(top, settings_).reply().rung, Rung::storage);
    LaunchRequest more = test::launch_request(LaunchOp::make_layer);
    more.base = base_.instance;
    EXPECT_EQ(test::Launched(more, {}, settings_).reply.rung, Rung::storage);
    EXPECT_FALSE(fs::exists(path_of(more)));
}

} // namespace
} // namespace frank
