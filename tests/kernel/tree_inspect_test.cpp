// What frank-tree inspect finds, and what it refuses.
#include "daemon/plan/wide_numbers.hpp"
#include "support/tree_test.hpp"

#include <dirent.h>
#include <gmock/gmock.h>

namespace frank::test {
namespace {

using testing::HasSubstr;

class TreeInspect : public TreeTest {
  protected:
    static std::string elf(unsigned machine, unsigned wide = 2, unsigned float_flags = 0) {
        std::string header(64, '\0');
        header.replace(0, 7,
                       std::string("\x7f"
                                   "ELF") +
                           static_cast<char>(wide) + "\1\1");
        header[16] = 3;
        header[18] = static_cast<char>(machine & 0xff);
        header[19] = static_cast<char>(machine >> 8);
        header[37] = static_cast<char>(float_flags);
        return header;
    }
    static constexpr unsigned arm64 = 183, arm = 40, amd64 = 62;

    /// A root without a shell.
    static void make_root(const TreeSandbox &box) {
        for (const char *name :
             {"dev", "etc", "proc", "run", "sys", "tmp", "usr/bin", "usr/lib", "bin", "sbin"})
            std::filesystem::create_directories(box.root() + "/" + name);
        box.write(box.root() + "/etc/os-release", "PRETTY_NAME=\"Test \x1b[31mLinux\"\n");
    }
    static void on_root(const std::function<void(TreeSandbox &)> &body) {
        inside([&](TreeSandbox &box) {
            make_root(box);
            body(box);
        });
    }
    static void expect_refusal(const TreeSandbox &box, const std::string &message,
                               std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"inspect", box.root()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const TreeRun run = box.run(arguments);
        EXPECT_EQ(run.code, 10) << run.out << run.err;
        EXPECT_THAT(run.message(), HasSubstr(message));
        EXPECT_EQ(run.out, "");
    }
};

TEST_F(TreeInspect, TellsArchitectureAndSystem) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm64));
        const TreeRun run = box.run({"inspect", box.root()});
        EXPECT_EQ(run.code, 0) << run.err;
        EXPECT_EQ(run.out, "arch arm64\nos Test \\x1b[31mLinux\nchecked ok\n");
    });
}

TEST_F(TreeInspect, TellsArmhfFromArmel) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm, 1, 4));
        EXPECT_THAT(box.run({"inspect", box.root()}).out, HasSubstr("arch armhf\n"));
        box.write(box.root() + "/bin/sh", elf(arm, 1, 2));
        EXPECT_THAT(box.run({"inspect", box.root()}).out, HasSubstr("arch armel\n"));
        EXPECT_THAT(box.run({"inspect", box.root(), "--arch", "armhf"}).out, HasSubstr("arch armhf\n"));
    });
}

TEST_F(TreeInspect, TellsWhatElseItHoldsByDpkgAndByItsLoaders) {
    on_root([](TreeSandbox &box) {
        for (const char *name : {"lib64", "var/lib/dpkg"})
            std::filesystem::create_directories(box.root() + "/" + name);
        std::filesystem::create_symlink("usr/lib", box.root() + "/lib");
        box.write(box.root() + "/bin/sh", elf(arm64));
        box.write(box.root() + "/var/lib/dpkg/arch", "arm64\nriscv64\nnonsense\nall\ns390x");
        box.write(box.root() + "/usr/lib/ld-linux-aarch64.so.1", elf(arm64));
        std::filesystem::create_symlink("/usr/lib/arm-loader", box.root() + "/usr/lib/ld-linux-armhf.so.3");
        box.write(box.root() + "/usr/lib/arm-loader", elf(arm, 1, 4));
        box.write(box.root() + "/lib64/ld-musl-x86_64.so.1", elf(amd64));
        EXPECT_EQ(
            box.run({"inspect", box.root()}).out,
            "arch arm64\nextra amd64\nextra armhf\nextra riscv64\nos Test \\x1b[31mLinux\nchecked ok\n");
    });
}

TEST_F(TreeInspect, IsNotLedAstrayByWhatLooksLikeALoader) {
    on_root([](TreeSandbox &box) {
        std::filesystem::create_directories(box.root() + "/lib/ld-linux-directory.so");
        std::filesystem::create_directories(box.root() + "/var/lib/dpkg/arch");
        box.write(box.root() + "/bin/sh", elf(arm64));
        box.write(box.root() + "/lib/ld-linux-text.so.2", "#!/bin/sh\n");
        box.write(box.root() + "/lib/ld-linux-short.so.2", elf(arm, 1, 4).substr(0, 40));
        std::string object = elf(arm, 1, 4);
        object[16] = 1;
        box.write(box.root() + "/lib/ld-linux-object.so.2", object);
        box.write(box.root() + "/lib/libc.so.6", elf(arm, 1, 4));
        box.write(box.base() + "/outside", elf(arm, 1, 4));
        std::filesystem::create_symlink("../../outside", box.root() + "/lib/ld-linux.so.3");
        std::filesystem::create_symlink("ld-linux-loop.so", box.root() + "/lib/ld-linux-loop.so");
        std::filesystem::create_symlink("../../../../../../../../../lib", box.root() + "/lib32");
        std::filesystem::create_symlink("/proc/self/root/lib64", box.root() + "/lib64");
        ASSERT_EQ(::mkfifo((box.root() + "/lib/ld-musl-fifo.so.1").c_str(), 0644), 0);
        EXPECT_EQ(box.run({"inspect", box.root()}).out, "arch arm64\nos Test \\x1b[31mLinux\nchecked ok\n");
        std::filesystem::remove(box.base() + "/outside");
    });
}

TEST_F(TreeInspect, LooksAtNoMoreLoadersThanThereCanBe) {
    on_root([](TreeSandbox &box) {
        std::filesystem::create_directories(box.root() + "/lib");
        box.write(box.root() + "/bin/sh", elf(arm64));
        for (int i = 0; i < 3000; ++i)
            std::filesystem::create_symlink("nowhere", box.root() + "/lib/ld-linux-" + std::to_string(i));
        EXPECT_THAT(box.run({"inspect", box.root()}).out, HasSubstr("arch arm64\n"));
    });
}

TEST_F(TreeInspect, FollowsLinksInsideTheRootAlone) {
    on_root([](TreeSandbox &box) {
        // On this machine these links lead to a shell; in the tree they lead to its own.
        box.write(box.root() + "/usr/bin/dash", elf(arm64));
        std::filesystem::create_symlink("/usr/bin/dash", box.root() + "/bin/sh");
        std::filesystem::create_symlink("../../../../../usr/lib/os", box.root() + "/usr/lib/os-release");
        box.write(box.root() + "/usr/lib/os", "PRETTY_NAME=inside");
        std::filesystem::remove(box.root() + "/etc/os-release");
        EXPECT_EQ(box.run({"inspect", box.root()}).out, "arch arm64\nos inside\nchecked ok\n");
    });
}

TEST_F(TreeInspect, SeesNoShellOutside) {
    on_root([](TreeSandbox &box) {
        box.write(box.canary() + "/../outside", elf(arm64));
        std::filesystem::create_symlink("../../outside", box.root() + "/bin/sh");
        expect_refusal(box, "no root file system");
        std::filesystem::remove(box.base() + "/outside");
    });
}

TEST_F(TreeInspect, DoesNotHangOnAFifoOrReadADevice) {
    on_root([](TreeSandbox &box) {
        ASSERT_EQ(::mkfifo((box.root() + "/bin/sh").c_str(), 0644), 0);
        std::filesystem::remove(box.root() + "/etc/os-release");
        ASSERT_EQ(::mkfifo((box.root() + "/etc/os-release").c_str(), 0644), 0);
        box.write(box.root() + "/bin/busybox", elf(arm64));
        EXPECT_EQ(box.run({"inspect", box.root()}).out, "arch arm64\nos Linux\nchecked ok\n");
    });
}

TEST_F(TreeInspect, TakesTheNextWhereTheShellIsAScript) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", "#!/bin/bash\n");
        box.write(box.root() + "/sbin/init", elf(amd64));
        EXPECT_THAT(box.run({"inspect", box.root()}).out, HasSubstr("arch amd64\n"));
    });
}

TEST_F(TreeInspect, SaysWhereTheRootIsAmbiguous) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm64));
        box.write(box.root() + "/sbin/init", elf(arm, 1, 4));
        expect_refusal(box, "ambiguous: /bin/sh is arm64 but /sbin/init is armhf; give --arch");
        EXPECT_THAT(box.run({"inspect", box.root(), "--arch", "armhf"}).out, HasSubstr("arch armhf\n"));
        EXPECT_THAT(box.run({"inspect", box.root(), "--arch", "arm64"}).out, HasSubstr("arch arm64\n"));
    });
}

TEST_F(TreeInspect, RefusesAnArchitectureThatNothingInItIsFor) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm64));
        expect_refusal(box, "it is not for riscv64: its /bin/sh is for arm64", {"--arch", "riscv64"});
        EXPECT_EQ(box.run({"inspect", box.root(), "--arch", "arm65"}).code, 1);
    });
}

TEST_F(TreeInspect, RefusesAnUnknownMachine) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(259));
        expect_refusal(box, "machine that is not known here (ELF machine 259)");
    });
}

TEST_F(TreeInspect, RefusesADirectoryWithoutAShell) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", "");
        expect_refusal(box, "no root file system");
    });
}

TEST_F(TreeInspect, RefusesALinkInPlaceOfEachNeededDirectory) {
    for (const std::string &name : {std::string("dev"), std::string("etc"), std::string("proc"),
                                    std::string("run"), std::string("sys"), std::string("tmp")})
        for (const std::string &target : {"/" + name, std::string("../canary"), std::string("usr")})
            on_root([&](TreeSandbox &box) {
                box.write(box.root() + "/bin/sh", elf(arm64));
                std::filesystem::remove_all(box.root() + "/" + name);
                std::filesystem::create_symlink(target, box.root() + "/" + name);
                expect_refusal(box, "/" + name + " is a symbolic link");
            });
}

TEST_F(TreeInspect, RefusesAMissingDirectory) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm64));
        std::filesystem::remove(box.root() + "/run");
        expect_refusal(box, "/run is missing");
    });
}

TEST_F(TreeInspect, TellsA32BitRootWhatItLiesOnWhereThatIsTrouble) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm, 1, 4));
        plan::WideNumbers numbers; // by another way: a descriptor's position is the entry's
        for (const char *path : plan::sampled_directories) {
            DIR *directory = ::opendir((box.root() + path).c_str());
            const dirent *entry = nullptr;
            while (directory != nullptr && (entry = ::readdir(directory)) != nullptr)
                numbers.take(entry->d_ino, static_cast<std::uint64_t>(::telldir(directory)));
            if (directory != nullptr)
                (void)::closedir(directory);
        }
        const std::string line = "\nstorage " + std::to_string(numbers.bits()) + " ";
        EXPECT_EQ(box.run({"inspect", box.root()}).out.find(line) != std::string::npos, numbers.any())
            << line;
        box.write(box.root() + "/bin/sh", elf(arm64));
        EXPECT_EQ(box.run({"inspect", box.root()}).out.find("storage"), std::string::npos);
    });
}

TEST_F(TreeInspect, ChangesNothing) {
    on_root([](TreeSandbox &box) {
        box.write(box.root() + "/bin/sh", elf(arm64));
        std::string before, after;
        const auto list = [&](std::string &text) {
            for (const auto &entry : std::filesystem::recursive_directory_iterator(box.root()))
                text += entry.path().string() + "\n";
        };
        list(before);
        ASSERT_EQ(box.run({"inspect", box.root()}).code, 0);
        list(after);
        EXPECT_EQ(after, before);
    });
}

} // namespace
} // namespace frank::test
