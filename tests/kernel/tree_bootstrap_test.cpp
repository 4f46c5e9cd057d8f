// What frank-tree bootstrap makes of mmdebstrap's output and end, with a stand-in for mmdebstrap. The real
// one is run by the system tier.
#include "support/tree_test.hpp"

#include <gmock/gmock.h>

namespace frank::test {
namespace {

using testing::HasSubstr;

class TreeBootstrap : public TreeTest {
  protected:
    static TreeRun bootstrap(const TreeSandbox &box, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"bootstrap", box.root(), "--suite",   "bookworm",
                                           "--arch",    "arm64",    "--variant", "minbase"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return box.run(arguments);
    }
    /// With this shell script as mmdebstrap; it finds the tree in its last argument, $T.
    static void with_mmdebstrap(const std::string &script, const std::function<void(TreeSandbox &)> &body) {
        inside([&](TreeSandbox &box) {
            const std::string bin = box.root() + "/../canary/directory";
            ASSERT_EQ(::mount("x", bin.c_str(), "tmpfs", 0, ""), 0);
            box.write(bin + "/mmdebstrap", "#!/bin/sh\nfor T; do :; done\n" + script);
            ASSERT_EQ(::chmod((bin + "/mmdebstrap").c_str(), 0755), 0);
            ASSERT_EQ(::setenv("PATH", (bin + ":/usr/bin:/bin").c_str(), 1), 0);
            body(box);
            ASSERT_EQ(::umount2(bin.c_str(), MNT_DETACH), 0);
        });
    }
};

TEST_F(TreeBootstrap, SaysWhatToInstallWhereMmdebstrapIsMissing) {
    inside([](TreeSandbox &box) {
        ASSERT_EQ(::setenv("PATH", "/nonexistent", 1), 0);
        const TreeRun run = bootstrap(box);
        EXPECT_EQ(run.code, 13);
        EXPECT_EQ(run.err, "frank-tree: mmdebstrap is not installed: apt-get install mmdebstrap\n");
    });
}

TEST_F(TreeBootstrap, PassesArgumentsOutputAndProgress) {
    with_mmdebstrap("echo \"ARGS $*\"; echo 'I: downloading packages with apt...' >&2\n"
                    "echo '0 upgraded, 2 newly installed, 0 to remove'; echo 'Setting up libc6 (1)'\n"
                    "echo \"LOCALE $LC_ALL\"; mkdir \"$T/bin\"; sleep 0.2; echo 'Setting up gcc (1)'\n",
                    [](TreeSandbox &box) {
                        const TreeRun run = bootstrap(box, {"--include", "gcc", "--include", "make"});
                        EXPECT_EQ(run.code, 0) << run.err;
                        EXPECT_THAT(run.err,
                                    HasSubstr("ARGS --mode=root --verbose --format=directory "
                                              "--architectures=arm64 --variant=minbase --include=gcc,make "
                                              "bookworm " +
                                              box.root() + "\n"));
                        EXPECT_THAT(run.err, HasSubstr("LOCALE C.UTF-8"));
                        EXPECT_THAT(run.out, HasSubstr("stage downloading packages with apt\n"));
                        EXPECT_THAT(run.out, testing::EndsWith("progress packages 2 2\n"));
                        EXPECT_TRUE(std::filesystem::exists(box.root() + "/etc/resolv.conf"));
                        EXPECT_TRUE(std::filesystem::exists(box.root() + "/proc"));
                    });
}

TEST_F(TreeBootstrap, TellsMmdebstrapsFirstError) {
    with_mmdebstrap("echo 'E: Unable to locate package gc'; echo 'E: mmdebstrap failed to run'; exit 1\n",
                    [](TreeSandbox &box) {
                        const TreeRun run = bootstrap(box);
                        EXPECT_EQ(run.code, 1);
                        EXPECT_EQ(run.message(), "mmdebstrap failed: Unable to locate package gc");
                    });
}

TEST_F(TreeBootstrap, TellsAFullDiskAndASignal) {
    with_mmdebstrap("echo 'tar: x: Cannot write: No space left on device'; exit 2\n",
                    [](TreeSandbox &box) { EXPECT_EQ(bootstrap(box).code, 11); });
    with_mmdebstrap("kill -9 $$\n", [](TreeSandbox &box) {
        const TreeRun run = bootstrap(box);
        EXPECT_EQ(run.code, 1);
        EXPECT_EQ(run.message(), "mmdebstrap was ended by signal 9");
    });
}

TEST_F(TreeBootstrap, RefusesArgumentsThatCouldBeOptionsOrLists) {
    with_mmdebstrap("echo RAN\n", [](TreeSandbox &box) {
        for (const auto &[option, value] :
             std::vector<std::pair<std::string, std::string>>{{"--suite", "--simulate"},
                                                              {"--suite", "a b"},
                                                              {"--arch", "arm64,amd64"},
                                                              {"--variant", "custom"},
                                                              {"--include", "gcc,make"},
                                                              {"--include", "--x"}}) {
            std::vector<std::string> arguments{"bootstrap", box.root()};
            for (const auto &[name, usual] : std::vector<std::pair<std::string, std::string>>{
                     {"--suite", "bookworm"}, {"--arch", "arm64"}, {"--variant", "minbase"}})
                if (name != option)
                    arguments.insert(arguments.end(), {name, usual});
            std::string joined = option;
            arguments.push_back(joined.append("=").append(value));
            const TreeRun run = box.run(arguments);
            EXPECT_EQ(run.code, option == "--arch" ? 1 : 16) << value;
            EXPECT_THAT(run.err, testing::Not(HasSubstr("RAN"))) << value;
            EXPECT_FALSE(run.message().empty());
        }
    });
}

TEST_F(TreeBootstrap, RefusesALinkInPlaceOfANeededDirectory) {
    with_mmdebstrap("ln -s ../canary \"$T/etc\"\n", [](TreeSandbox &box) {
        const TreeRun run = bootstrap(box);
        EXPECT_EQ(run.code, 10);
        EXPECT_THAT(run.message(), HasSubstr("/etc is a symbolic link"));
    });
}

} // namespace
} // namespace frank::test
