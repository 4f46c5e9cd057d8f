// A directory of the machine in a session: what its root may do there, and what it may not. Needs root.

#include "support/live_session.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>

namespace frank {
namespace {

using plan::LaunchOp;
using plan::LaunchRequest;
using plan::Rung;
using test::LiveSession;
using test::slurp;
using testing::HasSubstr;

constexpr uid_t stranger = 4711; // in nobody's /etc/passwd

class BindTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root";
        std::filesystem::permissions(scratch_.path(), std::filesystem::perms(0755));
        mounts_ = slurp("/proc/self/mountinfo");
        session_ = std::make_unique<LiveSession>(started(), settings_);
        ASSERT_TRUE(session_->alive());
    }
    void TearDown() override {
        session_.reset();
        if (::geteuid() == 0) {
            EXPECT_EQ(mounts_, slurp("/proc/self/mountinfo")) << "the host's mounts changed";
        }
    }
    LaunchRequest started() {
        LaunchRequest request = test::launch_request(LaunchOp::make_tree);
        EXPECT_EQ(test::Launched(request, {}, settings_).reply.rung, Rung::none);
        request.op = LaunchOp::start_workshop;
        return request;
    }
    std::string directory(const std::string &name, uid_t owner, mode_t mode = 0755) {
        const std::string path = scratch_ / name;
        std::filesystem::create_directory(path);
        std::ofstream(path + "/file") << "text";
        for (const std::string &each : {path, path + "/file"})
            EXPECT_EQ(::chown(each.c_str(), owner, owner), 0);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }
    /// As frankend has it remembered.
    LaunchRequest adopted(const std::string &path, uid_t owner) {
        LaunchRequest request = test::launch_request(LaunchOp::adopt_tree);
        const sys::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const test::Launched done(request, {fd.get()}, settings_);
        EXPECT_EQ(done.reply.rung, Rung::none);
        request.op = LaunchOp::lend_directory;
        request.owner_uid = owner;
        return request;
    }
    /// Seen at /tmp/seen then.
    void bind(LaunchRequest request, bool writable) {
        request.writable = writable ? 1 : 0;
        const test::Launched lent(request, {}, settings_);
        ASSERT_EQ(lent.reply.rung, Rung::none) << plan::to_refusal(lent.reply, request).message;
        ASSERT_TRUE(lent.given);
        ASSERT_EQ(session_->bind("/tmp/seen", lent.given.get()), 0);
    }
    std::string said(const std::string &script) { return session_->shell(script).output; }
    static struct stat status(const std::string &path) {
        struct stat st {};
        EXPECT_EQ(::lstat(path.c_str(), &st), 0) << path;
        return st;
    }

    test::ScratchDirectory scratch_;
    launcher::Settings settings_{scratch_ / "storage", FRANK_BESIDE};
    std::string mounts_;
    std::unique_ptr<LiveSession> session_;
};

TEST_F(BindTest, WhatTheSessionsRootMakesIsTheOwnersOutside) {
    const std::string path = directory("mine", stranger, 0700);
    bind(adopted(path, stranger), true);
    EXPECT_EQ(said("cd /tmp/seen && stat -c %u:%n file && cat file && echo more >new && chmod 750 new"),
              "0:file\ntext");
    EXPECT_EQ(status(path + "/new").st_uid, stranger);
    EXPECT_EQ(slurp(path + "/new"), "more\n");
    EXPECT_THAT(said("chown 33 /tmp/seen/new"), HasSubstr("too large")) << "no other id has a place there";
    EXPECT_THAT(said("mknod /tmp/seen/disk b 8 0"), HasSubstr("not permitted"));
}

TEST_F(BindTest, TheGroupIsTheOwnersAndNeverJustTheSameNumber) {
    const passwd *known = ::getpwnam("games"); // uid 5, gid 60 in Debian's base-passwd
    if (known == nullptr || known->pw_uid == known->pw_gid)
        GTEST_SKIP() << "needs a user whose group has another number";
    const uid_t owner = known->pw_uid;
    const gid_t group = known->pw_gid;
    const std::string theirs = directory("theirs", owner);
    ASSERT_EQ(::chown(theirs.c_str(), owner, group), 0);
    bind(adopted(theirs, owner), true);
    (void)said("touch /tmp/seen/new");
    EXPECT_EQ(status(theirs + "/new").st_uid, owner);
    EXPECT_EQ(status(theirs + "/new").st_gid, group);
    EXPECT_THAT(said("echo x >>/tmp/seen/file"), HasSubstr("Permission denied")) << "another group's";
}

TEST_F(BindTest, ASessionsRootCannotTakeBackAFlag) {
    const std::string path = directory("mine", stranger);
    bind(adopted(path, stranger), false);
    EXPECT_THAT(said("touch /tmp/seen/new"), HasSubstr("Read-only"));
    for (const std::string flags : {"rw", "suid", "dev", "rw,suid,dev"})
        EXPECT_NE(session_->shell("mount -o remount,bind," + flags + " /tmp/seen").status, 0) << flags;
    EXPECT_NE(session_
                  ->shell("mkdir /tmp/other && mount --bind /tmp/seen /tmp/other || exit 0; mount -o "
                          "remount,bind,rw /tmp/other && touch /tmp/other/new")
                  .status,
              0);
    EXPECT_NE(session_->shell("exec unshare --mount sh -c 'mount -o remount,bind,rw /tmp/seen'").status, 0);
    EXPECT_FALSE(std::filesystem::exists(path + "/new"));
}

TEST_F(BindTest, ASetuidProgramThereIsNone) {
    const std::string path = directory("mine", stranger);
    std::filesystem::copy_file("/usr/bin/id", path + "/id");
    ASSERT_EQ(::chown((path + "/id").c_str(), stranger, stranger), 0);
    ASSERT_EQ(::chmod((path + "/id").c_str(), 04755), 0);
    bind(adopted(path, stranger), true);
    // Another id of the session's, without a name: frank-init runs commands for names alone.
    EXPECT_EQ(said("exec setpriv --reuid 7 --clear-groups /tmp/seen/id -u"), "7\n");
}

TEST_F(BindTest, OfADirectoryOfSomebodyElseOnlyWhatEverybodyMayReadIsSeen) {
    const std::string path = directory("root's", 0);
    std::ofstream(path + "/secret") << "secret";
    ASSERT_EQ(::chmod((path + "/secret").c_str(), 0600), 0);
    bind(adopted(path, 0), false);
    EXPECT_EQ(said("cat /tmp/seen/file"), "text");
    EXPECT_EQ(said("stat -c %u /tmp/seen/file"), "65534\n");
    EXPECT_THAT(said("cat /tmp/seen/secret"), HasSubstr("Permission denied"));
    EXPECT_THAT(said("chmod 644 /tmp/seen/secret"), testing::Not(testing::IsEmpty()));
    EXPECT_EQ(status(path + "/secret").st_mode & 07777, 0600U);
}

TEST_F(BindTest, FilesOfATreeOnDiskAreNotTheSessionsRootsThere) {
    const std::string path = directory("images", 0);
    std::ofstream(path + "/shadow") << "secret";
    ASSERT_EQ(::chown((path + "/shadow").c_str(), plan::foreign_id_base, plan::foreign_id_base), 0);
    ASSERT_EQ(::chmod((path + "/shadow").c_str(), 0600), 0);
    bind(adopted(path, 0), false);
    EXPECT_THAT(said("cat /tmp/seen/shadow"), HasSubstr("Permission denied"));
}

TEST_F(BindTest, NobodyWritesWhereTheOwnerIsAnother) {
    for (const uid_t claimed : {uid_t{0}, stranger}) {
        LaunchRequest request = adopted(directory("of " + std::to_string(claimed), 0), claimed);
        request.writable = 1;
        const test::Launched refused(request, {}, settings_);
        EXPECT_EQ(refused.reply.rung, Rung::storage);
        EXPECT_EQ(refused.reply.error, EPERM);
        EXPECT_FALSE(refused.given);
    }
}

TEST_F(BindTest, OnlyWhatWasAdoptedIsLent) {
    LaunchRequest tree = started();
    tree.op = LaunchOp::lend_directory;
    EXPECT_EQ(test::Launched(tree, {}, settings_).reply.rung, Rung::storage) << "a session's own tree";
    LaunchRequest bad = adopted(directory("mine", stranger), stranger);
    bad.id_base = 0;
    EXPECT_EQ(test::Launched(bad, {}, settings_).reply.rung, Rung::request) << "this machine's own ids";
    bad.id_base = test::launch_request(LaunchOp::lend_directory).id_base;
    bad.writable = 2;
    EXPECT_EQ(test::Launched(bad, {}, settings_).reply.rung, Rung::request);
}

TEST_F(BindTest, OneCacheIsLentToSeveralSessions) {
    const LaunchRequest request = test::launch_request(LaunchOp::lend_cache);
    bind(request, true); // made the first time
    EXPECT_EQ(said("stat -c %a:%u /tmp/seen && echo made >/tmp/seen/file && stat -c %u /tmp/seen/file"),
              "777:0\n0\n");
    EXPECT_EQ(said("setpriv --reuid 7 --clear-groups mkdir /tmp/seen/dir && stat -c %u /tmp/seen/dir"),
              "7\n");
    EXPECT_THAT(said("cp /usr/bin/true /tmp/seen/ && /tmp/seen/true"), HasSubstr("Permission denied"));
    EXPECT_NE(session_->shell("mount -o remount,bind,exec /tmp/seen").status, 0);
    EXPECT_EQ(status(scratch_ / ("storage/" + plan::to_text(request.instance) + "/tree/file")).st_uid,
              plan::foreign_id_base);
    session_ = std::make_unique<LiveSession>(started(), settings_);
    bind(request, true);
    EXPECT_EQ(said("cat /tmp/seen/file && stat -c %u /tmp/seen/dir"), "made\n7\n");
}

TEST_F(BindTest, OnlyACacheIsLentAsOne) {
    LaunchRequest tree = started();
    tree.op = LaunchOp::lend_cache;
    EXPECT_EQ(test::Launched(tree, {}, settings_).reply.rung, Rung::storage) << "a session's own tree";
    LaunchRequest cache = test::launch_request(LaunchOp::lend_cache);
    EXPECT_EQ(test::Launched(cache, {}, settings_).reply.rung, Rung::none);
    for (const LaunchOp other : {LaunchOp::lend_twins, LaunchOp::lend_directory}) {
        cache.op = other;
        EXPECT_EQ(test::Launched(cache, {}, settings_).reply.rung, Rung::storage);
    }
    cache.op = LaunchOp::drop_tree;
    EXPECT_EQ(test::Launched(cache, {}, settings_).reply.rung, Rung::none);
    EXPECT_FALSE(std::filesystem::exists(scratch_ / ("storage/" + plan::to_text(cache.instance))));
}

TEST_F(BindTest, ADirectoryThatWasReplacedIsRefused) {
    const std::string path = directory("mine", stranger);
    const LaunchRequest request = adopted(path, stranger);
    std::filesystem::rename(path, path + "-moved");
    EXPECT_EQ(test::Launched(request, {}, settings_).reply.error, ENOENT);
    (void)directory("mine", stranger);
    EXPECT_EQ(test::Launched(request, {}, settings_).reply.error, ESTALE);
}

TEST_F(BindTest, IsLaidOnceAndTakenAwayOnce) {
    const std::string path = directory("mine", stranger);
    const LaunchRequest request = adopted(path, stranger);
    bind(request, true);
    bind(request, true); // as a frankend does that was restarted
    EXPECT_EQ(said("grep -c /tmp/seen /proc/self/mountinfo"), "1\n");
    EXPECT_EQ(session_->bind("/tmp/seen"), 0);
    EXPECT_EQ(said("ls /tmp/seen"), "");
    EXPECT_EQ(session_->bind("/tmp/seen"), 0) << "it is gone already";
    EXPECT_EQ(session_->bind("/tmp/not/there"), 0);
}

TEST_F(BindTest, WhereItCannotBeLaidFrankInitSaysWhy) {
    const test::Launched lent(adopted(directory("mine", stranger), stranger), {}, settings_);
    ASSERT_TRUE(lent.given);
    (void)said("echo x >/tmp/file");
    EXPECT_EQ(session_->bind("/tmp/file", lent.given.get()), ENOTDIR);
    EXPECT_EQ(session_->bind("/tmp/file/below", lent.given.get()), ENOTDIR);
    EXPECT_EQ(session_->bind("relative", lent.given.get()), EINVAL);
    EXPECT_EQ(session_->bind("/tmp/" + std::string(2000, 'x'), lent.given.get()), EINVAL);
    EXPECT_EQ(session_->bind("/tmp/made/on/the/way", lent.given.get()), 0);
    EXPECT_EQ(said("cat /tmp/made/on/the/way/file"), "text");
}

TEST_F(BindTest, LinksOnTheWayLeadSomewhereInside) {
    const test::Launched lent(adopted(directory("mine", stranger), stranger), {}, settings_);
    ASSERT_TRUE(lent.given);
    (void)said("mkdir /tmp/real; ln -s ../../../tmp/real /tmp/link; ln -s /proc/1/cwd /tmp/magic");
    EXPECT_EQ(session_->bind("/tmp/magic/seen", lent.given.get()), EXDEV); // openat2(2)
    EXPECT_EQ(session_->bind("/tmp/link/seen", lent.given.get()), 0);
    EXPECT_EQ(said("cat /tmp/real/seen/file"), "text");
}

} // namespace
} // namespace frank
