// frank-tree twins from a directory that somebody gives: what is found, what comes along, and that it runs
// with its own libraries.
#include "support/tree_test.hpp"

#include <array>
#include <cstdio>
#include <gmock/gmock.h>
#include <sys/mount.h>

namespace frank::test {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

std::string output_of(const std::string &command) {
    std::string text;
    FILE *const pipe = ::popen(command.c_str(), "re"); // NOLINT: the shell is this machine's, the words ours
    if (pipe == nullptr)
        return text;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.append(buffer.data(), got);
    (void)::pclose(pipe);
    return text;
}

/// A native root as a distribution has it: `place` for libraries.
class TreeTwins : public TreeTest {
  protected:
    void SetUp() override {
        TreeTest::SetUp();
        if (output_of("command -v patchelf").empty())
            GTEST_SKIP() << "needs patchelf";
    }
    static void add_program(const std::string &root, const std::string &name, const std::string &from,
                            const std::string &place) {
        fs::create_directories(fs::path(root + "/" + name).parent_path());
        fs::copy_file(from, root + "/" + name, fs::copy_options::overwrite_existing);
        std::istringstream libraries(output_of("ldd " + from + " | grep -o '/[^ ]*'"));
        for (std::string library; std::getline(libraries, library);) {
            const bool loader = fs::path(library).filename().string().starts_with("ld-");
            const std::string to =
                root + "/" + (loader ? "lib64" : place) + "/" + fs::path(library).filename().string();
            fs::create_directories(fs::path(to).parent_path());
            fs::copy_file(library, to, fs::copy_options::overwrite_existing);
        }
    }
    /// Away from what the sandbox keeps an eye on.
    static std::string a_place() {
        EXPECT_EQ(::mount("none", "/mnt", "tmpfs", 0, nullptr), 0);
        return "/mnt";
    }
    static void show_twins(const TreeSandbox &box) {
        ASSERT_EQ(::mount("none", "/run", "tmpfs", 0, nullptr), 0);
        fs::create_directories("/run/frankend/native");
        ASSERT_EQ(::mount(box.root().c_str(), "/run/frankend/native", nullptr, MS_BIND, nullptr), 0);
    }
    static void hide_twins() {
        (void)::umount2("/run/frankend/native", MNT_DETACH);
        (void)::umount2("/run", MNT_DETACH);
    }
    /// What lies beside frank-tree.
    static void add_helpers(const std::string &directory) {
        fs::create_directories(directory);
        fs::copy_file("/bin/true", directory + "/frank-verify");
        fs::copy_file(FRANK_MACHINE, directory + "/frank-machine.so");
        fs::copy_file(FRANK_GIT, directory + "/frank-git.so");
    }
    static TreeRun make_twins(const TreeSandbox &box, const std::string &source) {
        add_helpers("/mnt/helpers");
        const int directory = ::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        TreeRun run = box.run(
            {"twins", box.root(), "--given", "--arch", "arm64", "--helpers", "/mnt/helpers"}, directory);
        (void)::close(directory);
        return run;
    }
};

TEST_F(TreeTwins, OfADirectoryRunWithItsLibraries) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/bin/cat", "/bin/cat", "usr/lib64");
        add_program(source, "usr/bin/uname", "/bin/uname", "usr/lib64");
        add_program(source,
                    "usr/x86_64-pc-linux-gnu/aarch64-unknown-linux-gnu/gcc-bin/13/"
                    "aarch64-unknown-linux-gnu-gcc",
                    "/bin/sed", "usr/lib/gcc/x86_64-pc-linux-gnu/13");
        box.write(source + "/usr/bin/aarch64-unknown-linux-gnu-c++", "#!/bin/sh\n");
        fs::create_symlink("usr/bin", source + "/bin");
        fs::create_symlink("/etc/passwd", source + "/usr/bin/sed");
        const TreeRun run = make_twins(box, source);
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_THAT(run.out, HasSubstr("twin usr/bin/cat\n"));
        EXPECT_THAT(run.out, HasSubstr("twin usr/x86_64-pc-linux-gnu/aarch64-unknown-linux-gnu/gcc-bin/13/"
                                       "aarch64-unknown-linux-gnu-gcc\n"));
        EXPECT_THAT(run.out, HasSubstr("digest "));
        for (const char *absent : {"uname", "bin/sed", "twin bin/", "c++"})
            EXPECT_THAT(run.out, Not(HasSubstr(absent)));
        EXPECT_FALSE(fs::exists(box.root() + "/usr/bin/uname"));

        show_twins(box);
        const std::string maps = output_of("/run/frankend/native/usr/bin/cat /proc/self/maps");
        EXPECT_THAT(maps, HasSubstr("/lib/ld-linux-x86-64.so.2"));
        EXPECT_THAT(maps, HasSubstr("/lib/libc.so.6"));
        EXPECT_THAT(maps, Not(HasSubstr(" /usr/lib/x86_64-linux-gnu/libc.so.6")));
        hide_twins();
    });
}

TEST_F(TreeTwins, ThatAskForTheMachineAreToldTheGuests) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/bin/cmake", "/bin/uname", "usr/lib64");
        add_program(source, "usr/bin/aarch64-linux-gnu-gcc-12", "/bin/uname", "usr/lib64");
        const TreeRun run = make_twins(box, source);
        ASSERT_EQ(run.code, 0) << run.err;
        show_twins(box);
        const std::string native = "/run/frankend/native/usr/bin/";
        const std::string own = output_of(native + "aarch64-linux-gnu-gcc-12 -m");
        EXPECT_EQ(own, output_of("uname -m"));
        const auto guests = [&](const std::string &script) {
            box.write("/mnt/uname", "#!/bin/sh\n" + script + "\n");
            EXPECT_EQ(::chmod("/mnt/uname", 0755), 0);
            EXPECT_EQ(::mount("/mnt/uname", "/usr/bin/uname", nullptr, MS_BIND, nullptr), 0);
            const std::string said = output_of(native + "cmake -m");
            EXPECT_EQ(::umount2("/usr/bin/uname", MNT_DETACH), 0);
            return said;
        };
        EXPECT_EQ(guests("echo armv6l \"$@\" | sed 's/ -m$//'"), "armv6l\n");
        EXPECT_EQ(guests("exit 1"), own) << "nobody who can be asked";
        EXPECT_EQ(guests("printf %080d 0"), own) << "no answer that fits";
        hide_twins();
    });
}

TEST_F(TreeTwins, ConvertTextAsFarAsTheGuestDoes) {
    const std::string place = "usr/lib/x86_64-linux-gnu/gconv";
    if (!fs::exists("/" + place) || !fs::exists("/usr/bin/git"))
        GTEST_SKIP() << "needs git, and glibc's converters where Debian has them";
    inside([&](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/bin/git", "/usr/bin/git", "usr/lib64");
        add_program(source, "usr/bin/aarch64-linux-gnu-gcc-12", "/bin/cat", "usr/lib64");
        fs::create_directories(source + "/usr/lib/x86_64-linux-gnu");
        fs::copy("/" + place, source + "/" + place, fs::copy_options::recursive);
        const TreeRun run = make_twins(box, source);
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_FALSE(fs::exists(box.root() + "/gconv/gconv-modules.cache"));
        EXPECT_EQ(fs::read_symlink(box.root() + "/gconv-of-guest"), "/usr/lib/aarch64-linux-gnu/gconv");
        fs::create_directories("/mnt/of-guest"); // here, and not where a guest has it
        fs::remove(box.root() + "/gconv-of-guest");
        fs::create_symlink("/mnt/of-guest", box.root() + "/gconv-of-guest");
        show_twins(box);
        // This machine's own are out of the way, as in a guest.
        ASSERT_EQ(::mount("none", ("/" + place).c_str(), "tmpfs", 0, nullptr), 0);
        box.write("/mnt/mail", "Subject: =?ISO-8859-1?Q?ma=F1ana?=\n\n---\n");
        const auto guest_says = [&](const std::string &script) {
            box.write("/mnt/iconv", "#!/bin/sh\n" + script + "\n");
            EXPECT_EQ(::chmod("/mnt/iconv", 0755), 0);
            EXPECT_EQ(::mount("/mnt/iconv", "/usr/bin/iconv", nullptr, MS_BIND, nullptr), 0);
            const std::string said = output_of(
                "/run/frankend/native/usr/bin/git mailinfo /mnt/message /mnt/patch </mnt/mail 2>&1");
            EXPECT_EQ(::umount2("/usr/bin/iconv", MNT_DETACH), 0);
            return said;
        };
        EXPECT_THAT(guest_says("exit 1"), HasSubstr("cannot convert")) << "it has no such converter";
        EXPECT_THAT(guest_says("[ \"$*\" = '-f ISO-8859-1 -t UTF-8' ]"), HasSubstr("FRANKEND_ACCEL=off"))
            << "it has one that is not among ours";
        box.write("/mnt/of-guest/ISO8859-1.so", "");
        EXPECT_THAT(guest_says("exit 1"), HasSubstr("Subject: ma\303\261ana\n"));
        EXPECT_EQ(::umount2(("/" + place).c_str(), MNT_DETACH), 0);
        hide_twins();
    });
}

TEST_F(TreeTwins, ThatAskWhereTheyAreAreToldWhereTheGuestsOwnIs) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        const std::string clang = "usr/lib/llvm-14/bin/clang";
        add_program(source, clang, "/bin/readlink", "usr/lib64");
        add_program(source, "usr/lib/llvm-14/bin/llc", "/bin/readlink", "usr/lib64");
        add_program(source, "usr/bin/aarch64-linux-gnu-gcc-12", "/bin/readlink", "usr/lib64");
        const TreeRun run = make_twins(box, source);
        ASSERT_EQ(run.code, 0) << run.err;
        EXPECT_THAT(run.out, HasSubstr("twin " + clang + "\n"));
        EXPECT_THAT(run.out, Not(HasSubstr("llc")));
        show_twins(box);
        const std::string native = "/run/frankend/native/";
        EXPECT_EQ(output_of(native + clang + " /proc/self/exe"), "/" + clang + "\n");
        EXPECT_EQ(output_of(native + clang + " /proc/1/exe"), output_of("readlink /proc/1/exe"));
        const std::string gcc = native + "usr/bin/aarch64-linux-gnu-gcc-12";
        EXPECT_THAT(output_of(gcc + " /proc/self/exe"), HasSubstr("usr/bin/aarch64-linux-gnu-gcc-12"));
        EXPECT_THAT(output_of(gcc + " /proc/self/exe"), Not(HasSubstr("llvm")));
        hide_twins();
    });
}

TEST_F(TreeTwins, OfClangAloneAreNoCrossCompiler) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/lib/llvm-14/bin/clang", "/bin/true", "usr/lib64");
        const TreeRun run = make_twins(box, source);
        EXPECT_NE(run.code, 0);
        EXPECT_THAT(run.err, HasSubstr("there is no cross compiler for arm64"));
    });
}

TEST_F(TreeTwins, OfADirectoryWithoutACompilerAreRefused) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/bin/cat", "/bin/cat", "usr/lib");
        const TreeRun run = make_twins(box, source);
        EXPECT_EQ(run.code, 10) << run.out << run.err;
        EXPECT_THAT(run.message(), HasSubstr("there is no cross compiler for arm64"));
    });
}

TEST_F(TreeTwins, NeedEveryLibraryFromTheDirectoryItself) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        add_program(source, "usr/bin/aarch64-linux-gnu-gcc-12", "/bin/cat", "usr/lib");
        fs::remove(source + "/usr/lib/libc.so.6");
        fs::create_symlink("/../../../../../../lib/x86_64-linux-gnu/libc.so.6",
                           source + "/usr/lib/libc.so.6"); // leads nowhere: "/" is the directory itself
        const TreeRun run = make_twins(box, source);
        EXPECT_EQ(run.code, 10) << run.out << run.err;
        EXPECT_EQ(run.message(), "a tool of it needs libc.so.6, which is not in it");
    });
}

TEST_F(TreeTwins, OfWhatIsNoProgramAreRefusedInOneLine) {
    inside([](TreeSandbox &box) {
        const std::string source = a_place() + "/source";
        fs::create_directories(source + "/usr/bin");
        box.write(source + "/usr/bin/aarch64-linux-gnu-gcc-12", std::string("\x7f"
                                                                            "ELF\2\1\1",
                                                                            7) +
                                                                    std::string(4000, '\xff'));
        fs::permissions(source + "/usr/bin/aarch64-linux-gnu-gcc-12", fs::perms::owner_all);
        ASSERT_EQ(::mkfifo((source + "/usr/bin/bash").c_str(), 0755), 0); // must not be waited for
        const TreeRun run = make_twins(box, source);
        EXPECT_NE(run.out.find("digest") == std::string::npos, run.code == 0) << "whole, or refused";
    });
}

} // namespace
} // namespace frank::test
