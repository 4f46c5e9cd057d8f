#include "client/failure.hpp"
#include "client/source.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace frank::client;

namespace {

class SourceOfCreate : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = std::filesystem::temp_directory_path() / "frankctl-source-XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        directory = name;
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    std::string make(const std::string &name) const {
        std::ofstream(directory + "/" + name) << "content";
        return directory + "/" + name;
    }

    std::string directory;
};

std::string refusal(const std::string &source) {
    try {
        (void)open_source(source);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.exit_status(), 125);
        return failure.what();
    }
    return "";
}

} // namespace

TEST_F(SourceOfCreate, DirectoryIsOpenedAsAPathOnly) {
    const Source source = open_source(directory);
    EXPECT_EQ(source.kind, Source::Kind::directory);
    EXPECT_EQ(fcntl(source.fd.get(), F_GETFL) & O_PATH, 0);
    EXPECT_NE(fcntl(source.fd.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(SourceOfCreate, EveryKindOfTarballIsAnArchive) {
    for (const char *name : {"a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz", "a.tar.zst"})
        EXPECT_EQ(open_source(make(name)).kind, Source::Kind::archive) << name;
}

TEST_F(SourceOfCreate, PipeIsAnArchiveByAnyName) {
    const std::string path = directory + "/pipe";
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    const int writer = open(path.c_str(), O_RDWR | O_CLOEXEC);
    EXPECT_EQ(open_source(path).kind, Source::Kind::archive);
    (void)close(writer);
}

TEST_F(SourceOfCreate, SuiteOfDebianNeedsNoFile) {
    const Source source = open_source("debian:bookworm");
    EXPECT_EQ(source.kind, Source::Kind::debian);
    EXPECT_EQ(source.suite, "bookworm");
    EXPECT_EQ(refusal("debian:"), "debian: which suite? for example debian:bookworm");
}

TEST_F(SourceOfCreate, KindsOfLaterVersionsAreRefusedByName) {
    for (const char *source : {"oci:image", "nfs://pi/", "sshfs://pi@pi/", "pi.img", "pi.img.xz"})
        EXPECT_NE(refusal(source).find("is not supported by this version"), std::string::npos) << source;
}

TEST_F(SourceOfCreate, OtherFilesAreRefused) {
    EXPECT_NE(refusal(make("notes.txt")).find("is no source: give a directory"), std::string::npos);
    EXPECT_NE(refusal("/dev/null").find("is no source"), std::string::npos);
}

TEST_F(SourceOfCreate, WhatIsNotThereIsSaidSo) {
    EXPECT_EQ(refusal(directory + "/nothing"),
              "cannot open '" + directory + "/nothing': No such file or directory");
}

TEST_F(SourceOfCreate, DirectoryOfOthersIsRefusedByTheCallersOwnRights) {
    if (geteuid() != 0)
        GTEST_SKIP() << "needs root, to become somebody else";
    ASSERT_EQ(chmod(directory.c_str(), 0700), 0);
    const std::string readable = directory + "-readable";
    std::filesystem::create_directory(readable);
    ASSERT_EQ(chmod(readable.c_str(), 0744), 0);
    ASSERT_EQ(seteuid(65534), 0);
    const std::string unreadable_refusal = refusal(directory);
    const std::string unsearchable_refusal = refusal(readable);
    ASSERT_EQ(seteuid(0), 0);
    std::filesystem::remove_all(readable);
    EXPECT_EQ(unreadable_refusal, "cannot read the directory '" + directory + "': Permission denied");
    EXPECT_EQ(unsearchable_refusal, "cannot search the directory '" + readable + "': Permission denied");
}
