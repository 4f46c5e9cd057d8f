// frankctl binfmt against a stand-in for frankend.
#include "tests/support/client_world.hpp"

using namespace frank::test;

namespace {

using FrankctlBinfmt = ClientWorld;

} // namespace

TEST_F(FrankctlBinfmt, ListsWhoGetsWhatAndWhoseItIs) {
    for (const std::vector<std::string> &words : {std::vector<std::string>{"binfmt"}, {"binfmt", "list"}}) {
        const Outcome outcome = run(words);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_NE(outcome.out.find("frank-aarch64"), std::string::npos) << outcome.out;
        EXPECT_NE(outcome.out.find("frankend, for sessions"), std::string::npos);
        EXPECT_NE(outcome.out.find("another tool"), std::string::npos);
        EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos) << "control characters are shown, not sent";
    }
    const std::string json = run({"binfmt", "--format", "json"}).out;
    EXPECT_NE(json.find("\"architectures\": [\n      \"arm64\""), std::string::npos) << json;
}

TEST_F(FrankctlBinfmt, ChecksAFileThatTheUserCanRead) {
    EXPECT_EQ(run({"binfmt", "check", "/bin/true"}).status, 0);
    const Outcome nobody = run({"binfmt", "check", "/etc/passwd"});
    EXPECT_EQ(nobody.status, 1);
    EXPECT_EQ(nobody.out, "no entry of this machine's table takes /etc/passwd\n");
    for (const char *path : {"/nonexistent", "/etc"}) {
        const Outcome refused = run({"binfmt", "check", path});
        EXPECT_EQ(refused.status, 125) << path;
        EXPECT_EQ(refused.err.rfind(std::string("frankctl: ") + path + ": ", 0), 0U) << refused.err;
    }
}

TEST_F(FrankctlBinfmt, EnablesAndDisables) {
    EXPECT_EQ(run({"binfmt", "enable", "arm64"}).status, 0);
    EXPECT_EQ(run({"binfmt", "disable", "arm64"}).status, 0);
    const Outcome refused = run({"binfmt", "enable", "s390x"});
    EXPECT_EQ(refused.status, 125);
    EXPECT_NE(refused.err.find("there is no static qemu-s390x"), std::string::npos) << refused.err;
}

TEST_F(FrankctlBinfmt, SaysWhatIsMissingOrTooMuch) {
    EXPECT_EQ(run({"binfmt", "enable"}).err, "frankctl: enable needs an ARCH; see: frankctl binfmt --help\n");
    EXPECT_EQ(run({"binfmt", "check"}).err, "frankctl: check needs a FILE; see: frankctl binfmt --help\n");
    EXPECT_EQ(run({"binfmt", "list", "x"}).err,
              "frankctl: list takes nothing more; see: frankctl binfmt --help\n");
    EXPECT_EQ(run({"binfmt", "dance"}).status, 125);
}
