// What frank-tree unpack does with archives that want out, are broken, or are too much. Every test ends with
// a look at what lies beside the tree: it must be as it was.
#include "support/tar_maker.hpp"
#include "support/tree_test.hpp"

#include <gmock/gmock.h>

namespace frank::test {
namespace {

using testing::HasSubstr;

class TreeHostile : public TreeTest {
  protected:
    /// Refused as a bad archive, in one line which names the member.
    static void refuses(const std::function<void(TarMaker &, const TreeSandbox &)> &fill,
                        const std::string &member) {
        inside([&](TreeSandbox &box) {
            TarMaker tar;
            fill(tar, box);
            const TreeRun run = box.unpack(tar.finish());
            EXPECT_EQ(run.code, 10) << run.err;
            EXPECT_THAT(run.message(), HasSubstr(member));
        });
    }
    static void exceeds(const std::function<void(TarMaker &)> &fill, std::vector<std::string> options = {}) {
        inside([&](TreeSandbox &box) {
            TarMaker tar;
            fill(tar);
            const TreeRun run = box.unpack(tar.finish(), options);
            EXPECT_EQ(run.code, 12) << run.err;
            EXPECT_FALSE(run.message().empty());
        });
    }
};

TEST_F(TreeHostile, DotDotIsRefused) {
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file("../canary/secret", "overwritten"); },
            "../canary/secret");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file("a/../../canary/new"); }, "a/../../canary/new");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.directory("../canary/new/"); }, "../canary/new/");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.symlink("/../canary/new", "x"); }, "/../canary/new");
}

TEST_F(TreeHostile, WritingThroughASymbolicLinkIsRefused) {
    refuses(
        [](TarMaker &tar, const TreeSandbox &box) {
            tar.symlink("out", box.canary()).file("out/secret", "overwritten");
        },
        "out/secret");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.symlink("out", "../canary").file("out/new"); },
            "out/new");
    refuses([](TarMaker &tar,
               const TreeSandbox &) { tar.symlink("out", "../canary").directory("out/directory/new"); },
            "out/directory/new");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.symlink("out", "../canary").fifo("out/new"); },
            "out/new");
}

TEST_F(TreeHostile, AChainOfLinksIsRefused) {
    refuses(
        [](TarMaker &tar, const TreeSandbox &) {
            tar.directory("a/b")
                .symlink("a/b/up", "../..")
                .symlink("a/b/up/upper", "..")
                .file("a/b/up/upper/new");
        },
        "a/b/up/upper");
    refuses(
        [](TarMaker &tar, const TreeSandbox &) {
            tar.symlink("one", "../canary").symlink("two", "one").file("two/new");
        },
        "two/new");
}

TEST_F(TreeHostile, WritingThroughALinkThatStaysInsideIsRefusedToo) {
    refuses([](TarMaker &tar,
               const TreeSandbox &) { tar.directory("usr/lib").symlink("lib", "usr/lib").file("lib/x"); },
            "lib/x");
}

TEST_F(TreeHostile, AHardLinkOutsideIsRefused) {
    refuses(
        [](TarMaker &tar, const TreeSandbox &) { tar.hardlink("mine", "../canary/secret", "overwritten"); },
        "mine");
    refuses(
        [](TarMaker &tar, const TreeSandbox &box) {
            tar.symlink("out", box.canary()).hardlink("mine", "out/secret", "overwritten");
        },
        "out/secret");
    refuses([](TarMaker &tar, const TreeSandbox &box) { tar.hardlink("mine", box.canary() + "/secret"); },
            "mine");
}

TEST_F(TreeHostile, AHardLinkToASymbolicLinkWritesNothingThroughIt) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.symlink("link", "../canary/secret")
            .hardlink("hard", "link", "overwritten")
            .file("hard", "overwritten");
        (void)box.unpack(tar.finish());
        EXPECT_EQ(box.read(box.canary() + "/secret"), "untouched");
    });
}

TEST_F(TreeHostile, AFileReplacesALinkAndIsNotWrittenThroughIt) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.symlink("link", "../canary/secret").file("link", "inside");
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(box.root() + "/link")));
        EXPECT_EQ(box.read(box.root() + "/link"), "inside");
    });
}

TEST_F(TreeHostile, ADirectoryReplacesALinkAndItsFilesStayInside) {
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.symlink("link", "../canary").directory("link", 0777).file("link/secret", "inside");
        ASSERT_EQ(box.unpack(tar.finish()).code, 0);
        EXPECT_EQ(box.read(box.root() + "/link/secret"), "inside");
    });
}

TEST_F(TreeHostile, ALinkInPlaceOfADirectoryGetsNoneOfItsAttributes) {
    // Modes, times and owners of directories are set last, when the name may mean something else.
    inside([](TreeSandbox &box) {
        TarMaker tar;
        tar.directory("d", 0777, [](archive_entry *e) { archive_entry_set_uid(e, 1000); })
            .symlink("d", "../canary");
        (void)box.unpack(tar.finish());
    });
    refuses([](TarMaker &tar,
               const TreeSandbox &) { tar.directory("d").symlink("d", "../canary").file("d/secret", "new"); },
            "d/secret");
    refuses(
        [](TarMaker &tar, const TreeSandbox &) {
            tar.directory("etc").file("etc/passwd").symlink("etc", "../canary").file("etc/secret", "new");
        },
        "etc");
}

TEST_F(TreeHostile, TheRootIsNotReplaced) {
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.symlink("./", "../canary"); }, "the root itself");
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file(".", "x"); }, "the root itself");
}

TEST_F(TreeHostile, AMemberBelowAFileIsRefused) {
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file("a").file("a/b"); }, "a/b");
}

TEST_F(TreeHostile, AMountPointAsALinkIsRefused) {
    for (const char *name : {"dev", "etc", "proc", "run", "sys", "tmp"})
        for (const char *target : {"/", "../canary"})
            refuses([&](TarMaker &tar, const TreeSandbox &) { tar.symlink(name, target); },
                    std::string("/") + name);
}

TEST_F(TreeHostile, AMountPointAsAFileIsRefused) {
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file("dev"); }, "/dev is not a directory");
}

TEST_F(TreeHostile, AnOwnerBeyondTheMapIsRefused) {
    refuses(
        [](TarMaker &tar, const TreeSandbox &) {
            tar.file("a", "x", 04755, [](archive_entry *e) { archive_entry_set_uid(e, 65536); });
        },
        "id 65536");
    refuses(
        [](TarMaker &tar, const TreeSandbox &) {
            tar.file("a", "x", 02755, [](archive_entry *e) { archive_entry_set_gid(e, 4294967295); });
        },
        "id 4294967295");
}

TEST_F(TreeHostile, ANameIsToldWithoutItsControlCharacters) {
    refuses([](TarMaker &tar, const TreeSandbox &) { tar.file("\x1b[2J\n../../x"); }, "\\x1b[2J\\n../../x");
}

TEST_F(TreeHostile, ALongNameExceedsALimit) {
    exceeds([](TarMaker &tar) { tar.file(std::string(256, 'n')); });
    exceeds([](TarMaker &tar) { tar.file(std::string(100'000, 'n')); });
}

TEST_F(TreeHostile, ADeepPathExceedsALimit) {
    std::string path;
    for (int i = 0; i < 200; ++i)
        path += "d/";
    exceeds([&](TarMaker &tar) { tar.file(path + "f"); });
}

TEST_F(TreeHostile, HugeAttributesExceedALimit) {
    const std::string value(66560, 'v');
    exceeds([&](TarMaker &tar) {
        tar.file("a", "x", 0644, [&](archive_entry *e) {
            archive_entry_xattr_add_entry(e, "user.x", value.data(), value.size());
        });
    });
}

TEST_F(TreeHostile, MoreBytesThanAllowedExceedALimit) {
    exceeds([](TarMaker &tar) { tar.file("a", std::string(600, 'x')).file("b", std::string(600, 'x')); },
            {"--max-bytes", "1000"});
    inside([](TreeSandbox &box) { // what compresses well is counted as it will be
        const std::string bomb =
            TarMaker(ARCHIVE_FILTER_ZSTD).file("a", std::string(32 << 20, '\0')).finish();
        ASSERT_LT(bomb.size(), 100'000U);
        EXPECT_EQ(box.unpack(bomb, {"--max-bytes", "1000000"}).code, 12);
    });
}

TEST_F(TreeHostile, AFullDiskIsToldAsSuch) {
    inside(
        [](TreeSandbox &box) {
            const TreeRun run = box.unpack(TarMaker().file("a", std::string(4 << 20, 'x')).finish());
            EXPECT_EQ(run.code, 11) << run.err;
            EXPECT_THAT(run.message(), HasSubstr("\"a\""));
        },
        "mode=0755,size=1m");
}

TEST_F(TreeHostile, TooManyInodesAreAFullDiskToo) {
    inside(
        [](TreeSandbox &box) {
            TarMaker tar;
            for (int i = 0; i < 200; ++i)
                tar.file("f" + std::to_string(i), "");
            EXPECT_EQ(box.unpack(tar.finish()).code, 11);
        },
        "mode=0755,nr_inodes=100");
}

TEST_F(TreeHostile, ATruncatedArchiveIsRefused) {
    for (const int filter :
         {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD})
        inside([filter](TreeSandbox &box) {
            std::string archive =
                TarMaker(filter).file("a", "x").file("b", std::string(20'000, 'x')).finish();
            archive.resize(filter == ARCHIVE_FILTER_NONE ? 10'000 : archive.size() - 20);
            const TreeRun run = box.unpack(archive);
            EXPECT_EQ(run.code, 10) << filter << run.err;
            EXPECT_THAT(run.message(), HasSubstr("damaged"));
        });
}

TEST_F(TreeHostile, GarbageIsRefused) {
    for (const std::string &bytes :
         {std::string(5000, 'x'), std::string("PK\x03\x04zip"), std::string("\x1f\x8bgz"),
          std::string(5000, '\xff'), std::string("!<arch>\ndebian")})
        inside([&](TreeSandbox &box) {
            const TreeRun run = box.unpack(bytes);
            EXPECT_EQ(run.code, 10) << run.err;
            EXPECT_THAT(run.message(), HasSubstr("not a tar archive"));
        });
}

TEST_F(TreeHostile, AnEmptyArchiveIsRefused) {
    for (const std::string &bytes : {std::string(), std::string(10240, '\0')})
        inside([&](TreeSandbox &box) {
            const TreeRun run = box.unpack(bytes);
            EXPECT_EQ(run.code, 10);
            EXPECT_EQ(run.message(), "the archive is empty");
        });
}

TEST_F(TreeHostile, AnUnreadableInputIsNoFaultOfTheArchive) {
    inside([](TreeSandbox &box) {
        const int directory = ::open(box.canary().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const TreeRun run = box.run({"unpack", box.root()}, directory);
        (void)::close(directory);
        EXPECT_EQ(run.code, 1);
        EXPECT_EQ(run.message(), "cannot read the archive: Is a directory");
    });
}

TEST_F(TreeHostile, TheTreeItselfMayBeNoLink) {
    inside([](TreeSandbox &box) {
        std::filesystem::create_symlink(box.canary(), box.base() + "/root/link");
        const TreeRun run = box.run({"unpack", box.root() + "/link"});
        EXPECT_EQ(run.code, 1);
        EXPECT_THAT(run.message(), HasSubstr("cannot open the directory"));
    });
}

} // namespace
} // namespace frank::test
