// For tests of frank-tree: runs the program as it is run in a workshop, as mapped root, on a tmpfs of the
// test's own, with a directory beside the tree that nothing may ever change.
#pragma once

#include "support/namespace.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <vector>

namespace frank::test {

struct TreeRun {
    int code = -1;
    std::string out; ///< standard output
    std::string err;

    /// "frank-tree: MESSAGE" of the last line, without its start; empty where there is none.
    std::string message() const {
        const std::string start = "frank-tree: ";
        const std::size_t end = err.size() - (err.empty() ? 0 : 1);
        const std::size_t at = end == 0 ? std::string::npos : err.rfind('\n', end - 1);
        const std::string last = err.substr(at == std::string::npos ? 0 : at + 1, std::string::npos);
        return last.starts_with(start) ? last.substr(start.size(), last.size() - start.size() - 1) : "";
    }
};

inline std::string read_all(int fd) {
    std::string text;
    char buffer[65536];
    (void)::lseek(fd, 0, SEEK_SET);
    for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    return text;
}

/// Inside the namespaces: root/ is the tree, canary/ is what lies outside of it.
class TreeSandbox {
  public:
    TreeSandbox(std::string base, int program) : base_(std::move(base)), program_(program) {
        std::filesystem::create_directories(root());
        std::filesystem::create_directories(canary() + "/directory");
        write(canary() + "/secret", "untouched");
        before_ = snapshot();
    }

    std::string root() const { return base_ + "/root"; }
    std::string canary() const { return base_ + "/canary"; }
    const std::string &base() const { return base_; }

    static void write(const std::string &path, const std::string &text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    static std::string read(const std::string &path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    /// `input`: a descriptor for standard input, or -1 for /dev/null.
    TreeRun run(std::vector<std::string> arguments, int input = -1) const {
        const int out = ::memfd_create("out", MFD_CLOEXEC), err = ::memfd_create("err", MFD_CLOEXEC);
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        arguments.insert(arguments.begin(), "frank-tree");
        std::vector<char *> argv;
        argv.reserve(arguments.size() + 1);
        for (std::string &argument : arguments)
            argv.push_back(argument.data());
        argv.push_back(nullptr);
        (void)std::fflush(nullptr);
        const pid_t child = ::fork();
        if (child == 0) {
            // By descriptor: the build directory may be one that mapped root cannot reach.
            if (::dup2(input < 0 ? null : input, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2)
                (void)::execveat(program_, "", argv.data(), environ, AT_EMPTY_PATH);
            ::_exit(127);
        }
        TreeRun result;
        int status = 0;
        if (::waitpid(child, &status, 0) == child)
            result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        result.out = read_all(out);
        result.err = read_all(err);
        for (const int fd : {out, err, null})
            (void)::close(fd);
        return result;
    }

    /// frank-tree unpack, from a file with these bytes.
    TreeRun unpack(const std::string &archive, std::vector<std::string> more = {}) const {
        const int fd = ::memfd_create("archive", MFD_CLOEXEC);
        EXPECT_EQ(::write(fd, archive.data(), archive.size()), static_cast<ssize_t>(archive.size()));
        (void)::lseek(fd, 0, SEEK_SET);
        std::vector<std::string> arguments{"unpack", root()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        TreeRun result = run(arguments, fd);
        (void)::close(fd);
        return result;
    }

    /// Everything outside of the tree: names, kinds, owners, modes, times and contents.
    std::map<std::string, std::string> snapshot() const {
        std::map<std::string, std::string> all;
        for (const auto &entry : std::filesystem::directory_iterator(base_))
            if (entry.path() != root() && entry.path() != canary())
                all[entry.path()] = "";
        add(canary(), all);
        for (const auto &entry : std::filesystem::recursive_directory_iterator(canary()))
            add(entry.path(), all);
        return all;
    }
    void expect_canary_untouched() const { EXPECT_EQ(snapshot(), before_); }

  private:
    static void add(const std::string &path, std::map<std::string, std::string> &all) {
        struct stat info {};
        ASSERT_EQ(::lstat(path.c_str(), &info), 0) << path;
        std::ostringstream text;
        text << info.st_ino << ' ' << info.st_mode << ' ' << info.st_uid << ' ' << info.st_gid << ' '
             << info.st_nlink << ' ' << info.st_mtim.tv_sec << '.' << info.st_mtim.tv_nsec << ' '
             << (S_ISREG(info.st_mode) ? read(path) : "");
        all[path] = text.str();
    }

    std::string base_;
    int program_;
    std::map<std::string, std::string> before_{};
};

class TreeTest : public ::testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
    }

    /// What fails in `body` fails the test. `options`: of the tmpfs.
    static void inside(const std::function<void(TreeSandbox &)> &body, const char *options = "mode=0755") {
        const MappedDirectory directory;
        const int program = ::open(FRANK_TREE, O_PATH | O_CLOEXEC);
        ASSERT_GE(program, 0) << FRANK_TREE;
        const int code = run_as_mapped_root([&] {
            if (!directory.mount_tmpfs(options))
                return no_namespace;
            TreeSandbox sandbox(directory.path(), program);
            body(sandbox);
            sandbox.expect_canary_untouched();
            return ::testing::Test::HasFailure() ? 1 : 0;
        });
        (void)::close(program);
        EXPECT_EQ(code, 0);
    }
};

} // namespace frank::test
