// frank-verify on stand-ins: scripts that are the machine's own tool where FRANKEND_ACCEL is off, and
// something worse where it is not.
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace frank::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;
namespace fs = std::filesystem;

class Verify : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = fs::temp_directory_path() / "verify-test-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
    }
    void TearDown() override { fs::remove_all(directory_); }

    std::string path(const std::string &name) const { return directory_ + "/" + name; }

    /// `twin`: what it does where it is not to be emulated; else it is the tool of this name.
    std::string stand_in(const std::string &name, const std::string &tool, const std::string &twin) const {
        std::ofstream(path(name)) << "#!/bin/sh\nif [ \"$FRANKEND_ACCEL\" = off ]; then exec /usr/bin/"
                                  << tool << " \"$@\"; fi\n"
                                  << twin << '\n';
        fs::permissions(path(name), fs::perms(0755));
        return path(name);
    }

    std::string run(std::vector<std::string> arguments) {
        pid_ = start(arguments);
        int status = 0;
        EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
        status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        std::ifstream file(path("said"));
        return {std::istreambuf_iterator<char>(file), {}};
    }

    pid_t start(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), FRANK_VERIFY);
        const pid_t child = ::fork();
        if (child != 0)
            return child;
        std::vector<char *> argv;
        for (std::string &argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        if (std::freopen(path("said").c_str(), "w", stdout) != nullptr)
            ::execv(argv[0], argv.data());
        ::_exit(127);
    }

    std::string directory_;
    pid_t pid_ = 0;
    int status_ = 0;
};

TEST_F(Verify, AToolThatDoesTheSamePasses) {
    const std::string tool = stand_in("cmp", "cmp", "exec /usr/bin/cmp \"$@\"");
    EXPECT_THAT(
        run({"check", tool}),
        AllOf(StartsWith("progress\t0\t1\n"),
              ContainsRegex("ok\t" + tool +
                            "\t[0-9]+\t[0-9]+\t[0-9]+\t.GNU diffutils.\t.GNU diffutils.\nprogress\t1\t1\n")));
    EXPECT_EQ(status_, 0);
}

TEST_F(Verify, ACompilerThatFlipsOneByteDoesNot) {
    const std::string flip = R"sh(/usr/bin/as "$@" || exit
for object; do :; done
[ "$object" = k1.o ] || exit 0
at=$(readelf -SW k1.o | awk '{ for (i = 1; i < NF; i++) if ($i == ".text.walk") print $(i + 3) }')
printf '\377' | dd of=k1.o bs=1 seek=$((0x$at)) conv=notrunc status=none)sh";
    const std::string tool = stand_in("x86_64-linux-gnu-as", "as", flip);
    EXPECT_THAT(run({"check", tool}), HasSubstr("no\t" + tool +
                                                "\tx86_64-linux-gnu-as objects/k1.s -o k1.o: k1.o: section "
                                                ".text.walk: the content differs at 0x0"));
}

TEST_F(Verify, AnotherVersionDoesNot) {
    const std::string tool = stand_in("cmp", "cmp", "exec /usr/bin/cmp \"$@\"");
    const std::string twin = stand_in("twin", "true", "echo 'cmp (GNU diffutils) 99.1'");
    EXPECT_THAT(run({"check", tool + "=" + twin}),
                ContainsRegex("no\t" + tool + "\tversion [0-9.]+ here, 99.1 in the twin\n"));
}

TEST_F(Verify, AWrongDefaultDoesNot) {
    const std::string tool =
        stand_in("x86_64-linux-gnu-gcc-12", "gcc", "exec /usr/bin/gcc -funsigned-char \"$@\"");
    EXPECT_THAT(
        run({"check", tool}),
        ContainsRegex("no\t" + tool + "\tx86_64-linux-gnu-gcc-12 -[^:]*: the output differs at line [0-9]+"));
}

TEST_F(Verify, OneThatCrashesDoesNot) {
    const std::string tool =
        stand_in("cmp", "cmp", "case $* in --version) exec /usr/bin/cmp \"$@\";; esac\nkill -SEGV $$");
    EXPECT_THAT(run({"check", tool}),
                HasSubstr("no\t" + tool + "\tcmp old.txt old.txt: dies of signal 11 natively\n"));
}

TEST_F(Verify, OneThatWritesElsewhereDoesNot) {
    const std::string tool = stand_in("tee", "tee", "/usr/bin/tee \"$@\"; status=$?; : >extra; exit $status");
    EXPECT_THAT(run({"check", tool}),
                ContainsRegex("no\t" + tool + "\ttee [^:]*: extra: only the native run has it\n"));
}

TEST_F(Verify, EveryPathHasALineWhateverHappens) {
    const std::string said =
        run({"check", path("unknown-tool"), path("sed"), path("aarch64-linux-gnu-gcc-12")});
    EXPECT_THAT(said, HasSubstr("no\t" + path("unknown-tool") + "\tno recipe\n"));
    EXPECT_THAT(said, HasSubstr("no\t" + path("sed") + "\t"));
    EXPECT_THAT(said, HasSubstr("no\t" + path("aarch64-linux-gnu-gcc-12") + "\t"));
    EXPECT_THAT(said, HasSubstr("progress\t3\t3\n"));
    EXPECT_EQ(status_, 0);
}

TEST_F(Verify, AskedToEndItLeavesNothing) {
    const std::string tool = stand_in("cmp", "cmp",
                                      "case $* in --version) exec /usr/bin/cmp \"$@\";; esac\n"
                                      "pwd >" +
                                          path("where") + "; echo $$ >" + path("pid") + "; sleep 100");
    const pid_t child = start({"check", tool});
    for (int i = 0; i < 500 && (!fs::exists(path("pid")) || fs::file_size(path("pid")) == 0); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_EQ(::kill(child, SIGTERM), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 128 + SIGTERM);
    std::string where;
    pid_t pid = 0;
    std::ifstream(path("where")) >> where;
    std::ifstream(path("pid")) >> pid;
    ASSERT_THAT(where, StartsWith("/tmp/frankend-verify-"));
    EXPECT_FALSE(fs::exists(where.substr(0, where.find('/', 5))));
    ASSERT_GT(pid, 0);
    EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(Verify, SurveyTellsFilesAndNoLinks) {
    std::ofstream(path("file")) << "12345";
    fs::create_symlink("file", path("link"));
    EXPECT_THAT(run({"survey", path("file"), path("link"), path("none")}),
                ContainsRegex("^file\t" + path("file") + "\t[0-9]+\t[0-9]+\t5\t[0-9]+\t[0-9]+\n$"));
}

TEST_F(Verify, CompareTellsWhatDiffersInTwoTrees) {
    for (const char *name : {"a", "b"}) {
        fs::create_directory(path(name));
        std::ofstream(path(name) + "/same") << "same";
        std::ofstream(path(name) + "/other") << name;
    }
    EXPECT_EQ(run({"compare", path("a"), path("b")}), "other: the content differs at byte 0\n");
    EXPECT_EQ(status_, 1);
    EXPECT_EQ(run({"compare", path("a"), path("a")}), "");
    EXPECT_EQ(status_, 0);
}

} // namespace
} // namespace frank::test
