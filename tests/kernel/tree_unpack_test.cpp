// What frank-tree unpack does with good archives.
#include "support/tar_maker.hpp"
#include "support/tree_test.hpp"

#include <gmock/gmock.h>
#include <sys/xattr.h>

namespace frank::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class TreeUnpack : public TreeTest {};

struct stat status_of(const std::string &path) {
    struct stat info {};
    EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
    return info;
}

TEST_F(TreeUnpack, KeepsOwnersModesAndTimes) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.directory("usr/").directory("usr/bin", 02750,
                                        [](archive_entry *e) { archive_entry_set_gid(e, 50); });
        tar.file("usr/bin/sudo", "setuid", 04755);
        tar.file("usr/bin/mine", "x", 0640, [](archive_entry *e) {
            archive_entry_set_uid(e, 1000);
            archive_entry_set_gid(e, 65534);
        });
        tar.directory("shut", 0);
        tar.file("shut/inside", "y", 0);
        const TreeRun run = box.unpack(tar.finish());
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_EQ(status_of(box.root() + "/usr/bin").st_mode, S_IFDIR | 02750U);
        EXPECT_EQ(status_of(box.root() + "/usr/bin").st_gid, 50U);
        EXPECT_EQ(status_of(box.root() + "/usr/bin").st_mtime, 1'000'000'000);
        EXPECT_EQ(status_of(box.root() + "/usr/bin/sudo").st_mode, S_IFREG | 04755U);
        EXPECT_EQ(status_of(box.root() + "/usr/bin/sudo").st_uid, 0U);
        EXPECT_EQ(status_of(box.root() + "/usr/bin/sudo").st_mtime, 1'000'000'000);
        EXPECT_EQ(status_of(box.root() + "/usr/bin/mine").st_uid, 1000U);
        EXPECT_EQ(status_of(box.root() + "/usr/bin/mine").st_gid, 65534U);
        EXPECT_EQ(status_of(box.root() + "/shut").st_mode, S_IFDIR | 0U);
        EXPECT_EQ(box.read(box.root() + "/shut/inside"), "y");
    });
}

TEST_F(TreeUnpack, KeepsSetuidOfAnotherUser) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.file("man", "x", 06755, [](archive_entry *e) {
            archive_entry_set_uid(e, 6);
            archive_entry_set_gid(e, 12);
        });
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_EQ(status_of(box.root() + "/man").st_mode, S_IFREG | 06755U);
        EXPECT_EQ(status_of(box.root() + "/man").st_uid, 6U);
    });
}

TEST_F(TreeUnpack, KeepsFileCapabilities) {
    inside([](TreeSandbox &box) {
        // struct vfs_cap_data, revision 2, effective: cap_net_raw
        const std::string capability(
            "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
        TarMaker tar;
        tar.file("ping", "x", 0755, [&](archive_entry *e) {
            archive_entry_xattr_add_entry(e, "security.capability", capability.data(), capability.size());
        });
        const TreeRun run = box.unpack(tar.finish());
        ASSERT_EQ(run.code, 0) << run.err;
        char value[64];
        const ssize_t size =
            ::lgetxattr((box.root() + "/ping").c_str(), "security.capability", value, sizeof value);
        ASSERT_EQ(size, 20) << std::generic_category().message(errno);
        EXPECT_EQ(std::string(value, 20), capability);
    });
}

TEST_F(TreeUnpack, KeepsLinksAndFifos) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.file("a/file").symlink("a/absolute", "/etc/passwd").symlink("a/dangling", "../../../nowhere");
        tar.hardlink("b/hard", "./a/file").fifo("pipe");
        const TreeRun run = box.unpack(tar.finish());
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_EQ(std::filesystem::read_symlink(box.root() + "/a/absolute"), "/etc/passwd");
        EXPECT_EQ(std::filesystem::read_symlink(box.root() + "/a/dangling"), "../../../nowhere");
        EXPECT_EQ(status_of(box.root() + "/a/file").st_ino, status_of(box.root() + "/b/hard").st_ino);
        EXPECT_TRUE(S_ISFIFO(status_of(box.root() + "/pipe").st_mode));
    });
}

TEST_F(TreeUnpack, TakesTheRootsOwnMember) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.directory("./", 0711, [](archive_entry *e) { archive_entry_set_gid(e, 7); }).file("./bin/sh");
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_EQ(status_of(box.root()).st_mode, S_IFDIR | 0711U);
        EXPECT_EQ(status_of(box.root()).st_gid, 7U);
        EXPECT_EQ(box.read(box.root() + "/bin/sh"), "text");
    });
}

TEST_F(TreeUnpack, StripsALeadingSlash) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.file("/etc/motd", "inside").file(box.canary() + "/secret", "inside");
        tar.hardlink("/etc/again", "/etc/motd");
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_EQ(box.read(box.root() + "/etc/motd"), "inside");
        EXPECT_EQ(box.read(box.root() + box.canary() + "/secret"), "inside");
        EXPECT_EQ(box.read(box.root() + "/etc/again"), "inside");
    });
}

TEST_F(TreeUnpack, KeepsNamesThatAreNoUtf8) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.file("latin-\xe9", "1").file("utf-\xc3\xa9", "2").file("new\nline", "3");
        const TreeRun run = box.unpack(tar.finish());
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_EQ(box.read(box.root() + "/latin-\xe9"), "1");
        EXPECT_EQ(box.read(box.root() + "/utf-\xc3\xa9"), "2");
        EXPECT_EQ(box.read(box.root() + "/new\nline"), "3");
    });
}

TEST_F(TreeUnpack, CompletesTheRoot) {
    inside([](TreeSandbox &box) {
        ASSERT_EQ(box.unpack(TarMaker().file("bin/sh").finish()).code, 0);
        for (const char *name : {"dev", "etc", "proc", "run", "sys"})
            EXPECT_EQ(status_of(box.root() + "/" + name).st_mode, S_IFDIR | 0755U) << name;
        EXPECT_EQ(status_of(box.root() + "/tmp").st_mode, S_IFDIR | 01777U);
        EXPECT_EQ(status_of(box.root() + "/etc/resolv.conf").st_size, 0);
        EXPECT_EQ(status_of(box.root() + "/etc/hosts").st_size, 0);
    });
}

TEST_F(TreeUnpack, LeavesWhatTheRootHasAlready) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.symlink("etc/resolv.conf", box.canary() + "/new")
            .file("etc/hosts", "hosts")
            .directory("tmp", 0700);
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_EQ(std::filesystem::read_symlink(box.root() + "/etc/resolv.conf"), box.canary() + "/new");
        EXPECT_EQ(box.read(box.root() + "/etc/hosts"), "hosts");
        EXPECT_EQ(status_of(box.root() + "/tmp").st_mode, S_IFDIR | 0700U);
    });
}

TEST_F(TreeUnpack, DoesNotUnwrapADirectory) {
    inside([](TreeSandbox &box) {
        ASSERT_EQ(box.unpack(TarMaker().file("rootfs/bin/sh").finish()).code, 0);
        EXPECT_EQ(box.read(box.root() + "/rootfs/bin/sh"), "text");
        EXPECT_EQ(box.run({"inspect", box.root()}).code, 10);
    });
}

TEST_F(TreeUnpack, ReadsEveryCompression) {
    for (const int filter : {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2,
                             ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD})
        inside([filter](TreeSandbox &box) {
            const std::string text(100'000, 'x');
            const TreeRun run = box.unpack(TarMaker(filter).file("a", text).finish());
            ASSERT_EQ(run.code, 0) << filter << run.err;
            EXPECT_EQ(box.read(box.root() + "/a"), text);
        });
}

TEST_F(TreeUnpack, TellsItsProgressAndHowMuchThereIs) {
    inside([](TreeSandbox &box) {
        const std::string archive = TarMaker().file("a", std::string(1 << 20, 'x')).finish();
        const TreeRun run = box.unpack(archive);
        ASSERT_EQ(run.code, 0);
        const std::string size = std::to_string(archive.size());
        EXPECT_THAT(run.out, HasSubstr("progress bytes 262144 " + size + "\n"));
        EXPECT_THAT(run.out, EndsWith("progress bytes " + size + " " + size + "\n"));
    });
}

TEST_F(TreeUnpack, ReadsAPipeThatDoesNotBlockToItsEnd) {
    inside([](TreeSandbox &box) {
        std::string archive = TarMaker().file("a", std::string(1 << 20, 'x')).finish();
        archive.append(2 << 20, '\0'); // padding, as of a tape
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
        (void)std::fflush(nullptr);
        const pid_t writer = ::fork();
        if (writer == 0) {
            (void)::close(ends[0]);
            for (std::size_t at = 0; at < archive.size();) {
                const ssize_t put =
                    ::write(ends[1], archive.data() + at, std::min<std::size_t>(archive.size() - at, 60'000));
                at += put > 0 ? static_cast<std::size_t>(put) : 0;
                (void)::usleep(1000);
            }
            ::_exit(0);
        }
        (void)::close(ends[1]);
        const TreeRun run = box.run({"unpack", box.root()}, ends[0]);
        (void)::close(ends[0]);
        int status = 0;
        (void)::waitpid(writer, &status, 0);
        EXPECT_EQ(status, 0) << "the writer of the pipe was cut off";
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_THAT(run.out, EndsWith(" 0\n"));
        EXPECT_EQ(std::filesystem::file_size(box.root() + "/a"), std::size_t{1} << 20);
    });
}

TEST_F(TreeUnpack, LeavesDevicesOutAndCountsThem) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.device("dev/null", AE_IFCHR, 1, 3).device("dev/sda", AE_IFBLK, 8, 0).file("bin/sh");
        const TreeRun run = box.unpack(tar.finish());
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_THAT(run.err, HasSubstr("2 device nodes and sockets were left out"));
        EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(box.root() + "/dev/null")));
    });
}

} // namespace
} // namespace frank::test
