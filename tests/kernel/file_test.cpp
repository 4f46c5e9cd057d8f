#include "daemon/sys/file.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <vector>

namespace frank::sys {
namespace {

namespace fs = std::filesystem;

class FileTest : public testing::Test {
  protected:
    FileTest() {
        std::string pattern = testing::TempDir() + "frank-file-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        path = pattern;
        dir = Fd(must(::open(pattern.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC), "open scratch directory"));
    }
    ~FileTest() override {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    int error_of_reading(const char *name, std::size_t limit) const {
        try {
            (void)read_file(dir.get(), name, limit);
        } catch (const std::system_error &error) {
            return error.code().value();
        }
        return 0;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> result;
        for (const auto &entry : fs::directory_iterator(path))
            result.push_back(entry.path().filename());
        std::ranges::sort(result);
        return result;
    }

    fs::path path;
    Fd dir;
};

TEST_F(FileTest, WhatIsWrittenIsReadBack) {
    const std::string text = std::string("a\0b\n", 4) + std::string(200'000, 'x');
    write_file_atomically(dir.get(), "f", text);
    EXPECT_EQ(read_file(dir.get(), "f", text.size()), text);
    EXPECT_EQ(names(), std::vector<std::string>{"f"}) << "nothing else is left behind";
}

TEST_F(FileTest, AFileThatIsNotThereIsNothing) { EXPECT_EQ(read_file(dir.get(), "none", 10), std::nullopt); }

TEST_F(FileTest, AFileAboveTheLimitIsRefused) {
    write_file_atomically(dir.get(), "f", "12345");
    EXPECT_EQ(error_of_reading("f", 5), 0);
    EXPECT_EQ(error_of_reading("f", 4), EFBIG);
}

TEST_F(FileTest, ADirectoryIsNotReadAsAFile) {
    fs::create_directory(path / "d");
    EXPECT_EQ(error_of_reading("d", 10), EISDIR);
}

TEST_F(FileTest, AFifoDoesNotHoldUpTheReader) {
    ASSERT_EQ(::mkfifo((path / "p").c_str(), 0600), 0);
    EXPECT_EQ(read_file(dir.get(), "p", 10), "");
}

TEST_F(FileTest, WritingReplacesTheOldFileAndALeftover) {
    write_file_atomically(dir.get(), "f", "old");
    { const Fd torn(must(::openat(dir.get(), ".f.new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600), "open")); }
    write_file_atomically(dir.get(), "f", "new");
    EXPECT_EQ(read_file(dir.get(), "f", 10), "new");
    EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(FileTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
    fs::create_directory(path / "f"); // rename over a directory fails
    EXPECT_THROW(write_file_atomically(dir.get(), "f", "new"), std::system_error);
    EXPECT_EQ(names(), std::vector<std::string>{"f"});
}

TEST_F(FileTest, AbsoluteLinksInARootAreThatRoots) {
    fs::create_directories(path / "root/etc");
    write_file_atomically(Fd(must(::open((path / "root/etc").c_str(), O_PATH | O_CLOEXEC), "open")).get(),
                          "passwd", "inside");
    fs::create_symlink("/etc/passwd", path / "root/link");
    fs::create_symlink("../../../../../../etc/passwd", path / "root/dots");
    const Fd root(must(::open((path / "root").c_str(), O_PATH | O_CLOEXEC), "open"));
    for (const char *name : {"link", "dots", "/etc/passwd", "../etc/passwd"}) {
        const Fd fd(open_in_root(root.get(), name, O_RDONLY));
        ASSERT_TRUE(fd) << name;
        char text[16] = {};
        EXPECT_EQ(::read(fd.get(), text, sizeof text), 6) << name;
        EXPECT_STREQ(text, "inside") << name;
        EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    }
}

TEST_F(FileTest, MagicLinksAreNotFollowed) {
    const Fd root(must(::open("/proc", O_PATH | O_CLOEXEC), "open"));
    EXPECT_EQ(open_in_root(root.get(), "self/root", O_PATH), -1);
    EXPECT_EQ(errno, ELOOP);
}

TEST_F(FileTest, ASealedMemfdHasItsBytesAndCannotBeChanged) {
    const std::string text = "sealed";
    const Fd fd = sealed_memfd("test", std::as_bytes(std::span(text)));
    char read_back[16] = {};
    EXPECT_EQ(::pread(fd.get(), read_back, sizeof read_back, 0), 6);
    EXPECT_STREQ(read_back, "sealed");
    EXPECT_EQ(::pwrite(fd.get(), "x", 1, 0), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::ftruncate(fd.get(), 0), -1);
    EXPECT_EQ(::ftruncate(fd.get(), 100), -1);
    EXPECT_EQ(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE), -1);
}

TEST_F(FileTest, ADirectoryIsMadeWithItsModeWhateverTheUmask) {
    const mode_t old = ::umask(077);
    ensure_directory(path / "d", 0755);
    (void)::umask(old);
    struct stat info {};
    ASSERT_EQ(::stat((path / "d").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0755U);
    EXPECT_NO_THROW(ensure_directory(path / "d", 0755)) << "it may be there already";
}

TEST_F(FileTest, AFileInTheWayOfADirectoryIsBreakage) {
    write_file_atomically(dir.get(), "f", "");
    EXPECT_THROW(ensure_directory(path / "f", 0755), std::system_error);
    EXPECT_THROW(ensure_directory(path / "none/d", 0755), std::system_error);
}

} // namespace
} // namespace frank::sys
