// What frank-tree empty deletes, and where it stops.
#include "support/tree_test.hpp"

#include <gmock/gmock.h>

namespace frank::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class TreeEmpty : public TreeTest {};

bool is_empty(const TreeSandbox &box) {
    return std::filesystem::is_directory(box.root()) && std::filesystem::is_empty(box.root());
}

TEST_F(TreeEmpty, DeletesEveryKindOfFileAndKeepsTheDirectory) {
    inside([](TreeSandbox &box) {
        std::filesystem::create_directories(box.root() + "/a/b/c");
        box.write(box.root() + "/a/b/file", "x");
        box.write(box.root() + "/.hidden", "x");
        box.write(box.root() + "/new\nline\xff", "x");
        ASSERT_EQ(::mkfifo((box.root() + "/a/fifo").c_str(), 0), 0);
        ASSERT_EQ(::chmod((box.root() + "/a/b").c_str(), 0), 0);
        const TreeRun run = box.run({"empty", box.root()});
        EXPECT_EQ(run.code, 0) << run.err;
        EXPECT_TRUE(is_empty(box));
        EXPECT_THAT(run.out, EndsWith("progress files 7 0\n"));
    });
}

TEST_F(TreeEmpty, IsContentWithAnEmptyDirectory) {
    inside([](TreeSandbox &box) {
        const TreeRun run = box.run({"empty", box.root()});
        EXPECT_EQ(run.code, 0);
        EXPECT_EQ(run.out, "progress files 0 0\n");
    });
}

TEST_F(TreeEmpty, FollowsNoLink) {
    inside([](TreeSandbox &box) {
        std::filesystem::create_symlink(box.canary(), box.root() + "/absolute");
        std::filesystem::create_symlink("../canary/directory", box.root() + "/relative");
        std::filesystem::create_symlink("/", box.root() + "/slash");
        std::filesystem::create_symlink("..", box.root() + "/up");
        EXPECT_EQ(box.run({"empty", box.root()}).code, 0);
        EXPECT_TRUE(is_empty(box));
    });
}

TEST_F(TreeEmpty, MayBeGivenNoLink) {
    inside([](TreeSandbox &box) {
        std::filesystem::create_symlink(box.canary(), box.root() + "/link");
        EXPECT_EQ(box.run({"empty", box.root() + "/link"}).code, 1);
    });
}

TEST_F(TreeEmpty, DeletesATreeDeeperThanPathsMayBeLong) {
    inside([](TreeSandbox &box) {
        int directory = ::open(box.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int depth = 0; depth < 3000; ++depth) {
            ASSERT_EQ(::mkdirat(directory, "deep", 0755), 0);
            ASSERT_EQ(::mkdirat(directory, "beside", 0755), 0);
            const int next = ::openat(directory, "deep", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            (void)::close(directory);
            directory = next;
        }
        (void)::close(directory);
        std::filesystem::create_directory(box.root() + "/.frank-empty-0");
        const TreeRun run = box.run({"empty", box.root()});
        EXPECT_EQ(run.code, 0) << run.err;
        EXPECT_TRUE(is_empty(box));
        EXPECT_THAT(run.out, EndsWith("progress files 6001 0\n"));
    });
}

TEST_F(TreeEmpty, DeletesAWideTree) {
    inside([](TreeSandbox &box) {
        for (int i = 0; i < 5000; ++i)
            box.write(box.root() + "/" + std::to_string(i), "");
        const TreeRun run = box.run({"empty", box.root()});
        EXPECT_EQ(run.code, 0);
        EXPECT_TRUE(is_empty(box));
        EXPECT_THAT(run.out, EndsWith("progress files 5000 0\n"));
    });
}

TEST_F(TreeEmpty, StopsAtAMountPointAndNamesIt) {
    inside([](TreeSandbox &box) {
        const std::string mounted = box.root() + "/a/mounted";
        std::filesystem::create_directories(mounted);
        ASSERT_EQ(::mount("x", mounted.c_str(), "tmpfs", 0, ""), 0);
        box.write(mounted + "/kept", "x");
        const TreeRun run = box.run({"empty", box.root()});
        EXPECT_EQ(run.code, 14);
        EXPECT_EQ(run.message(), "/a/mounted is a mount point: unmount it first");
        EXPECT_EQ(box.read(mounted + "/kept"), "x");
    });
}

TEST_F(TreeEmpty, StopsAtABindMountOfTheSameFileSystem) {
    inside([](TreeSandbox &box) {
        const std::string mounted = box.root() + "/mounted";
        std::filesystem::create_directories(mounted);
        ASSERT_EQ(::mount(box.canary().c_str(), mounted.c_str(), nullptr, MS_BIND, nullptr), 0);
        EXPECT_EQ(box.run({"empty", box.root()}).code, 14);
    });
}

TEST_F(TreeEmpty, StopsAtAFileThatIsMountedOn) {
    inside([](TreeSandbox &box) {
        const std::string mounted = box.root() + "/file";
        box.write(mounted, "");
        ASSERT_EQ(::mount((box.canary() + "/secret").c_str(), mounted.c_str(), nullptr, MS_BIND, nullptr), 0);
        const TreeRun run = box.run({"empty", box.root()});
        // unlink of a mount point succeeds where only other namespaces have it; in one's own it is EBUSY.
        EXPECT_EQ(run.code, 14);
        EXPECT_THAT(run.message(), HasSubstr("/file is a mount point"));
    });
}

TEST_F(TreeEmpty, StopsAtAMountPointBelowTheDepthItKeepsOpen) {
    inside([](TreeSandbox &box) {
        std::string mounted = box.root();
        for (int depth = 0; depth < 100; ++depth)
            mounted += "/d";
        std::filesystem::create_directories(mounted);
        ASSERT_EQ(::mount(box.canary().c_str(), mounted.c_str(), nullptr, MS_BIND, nullptr), 0);
        EXPECT_EQ(box.run({"empty", box.root()}).code, 14);
    });
}

} // namespace
} // namespace frank::test
