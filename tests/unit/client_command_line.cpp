#include "client/command_line.hpp"
#include "client/failure.hpp"

#include <gtest/gtest.h>

using namespace frank::client;

namespace {

std::optional<Request> read(std::vector<const char *> words) {
    words.insert(words.begin(), "frankctl");
    return read_command_line(static_cast<int>(words.size()), words.data());
}

std::string refusal(const std::vector<const char *> &words) {
    try {
        (void)read(words);
    } catch (const Failure &failure) {
        EXPECT_EQ(failure.exit_status(), 125);
        return failure.what();
    }
    return "";
}

} // namespace

TEST(CommandLine, KeepsTheCommandByteForByte) {
    const std::vector<std::string> command{"[a-z]", "",   "--", "-x",   "--help",
                                           "\xff",  "%%", "++", "list", "{a,b}"};
    std::vector<const char *> words{"run", "box", "--"};
    for (const std::string &word : command)
        words.push_back(word.c_str());
    words[3] = "[a-z]";
    const auto request = read(words);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->invocation.command, command);
}

TEST(CommandLine, TakesGlobalOptionsBeforeAndAfterTheVerb) {
    const auto before = read({"--format", "json", "-q", "list"});
    ASSERT_TRUE(before);
    EXPECT_TRUE(before->invocation.globals.json);
    const auto after = read({"list", "--format", "json", "--bus", "unix:path=/x", "--no-ask-password"});
    ASSERT_TRUE(after);
    EXPECT_TRUE(after->invocation.globals.json);
    EXPECT_EQ(after->invocation.globals.bus, "unix:path=/x");
    EXPECT_FALSE(after->invocation.globals.may_ask());
}

TEST(CommandLine, RefusesWhatItDoesNotKnowInOneLine) {
    EXPECT_EQ(refusal({"build", "box"}), "there is no command 'build'; see: frankctl --help");
    EXPECT_EQ(refusal({}), "which command? see: frankctl --help");
    EXPECT_EQ(refusal({"list", "extra"}), "unexpected 'extra'; see: frankctl list --help");
    EXPECT_EQ(refusal({"list", "--wrong"}), "unexpected '--wrong'; see: frankctl list --help");
    EXPECT_EQ(refusal({"show"}), "NAME is required; see: frankctl show --help");
    EXPECT_NE(refusal({"--format", "xml", "list"}), "");
    EXPECT_NE(refusal({"run", "box", "--tty", "--no-tty", "--", "true"}), "");
    EXPECT_NE(refusal({"run", "box", "--preserve-fds", "14", "--", "true"}), "");
}

TEST(CommandLine, WantsTheCommandBehindDashes) {
    EXPECT_EQ(refusal({"run", "box"}),
              "no command to run: it goes behind '--', as in: frankctl run NAME -- uname -m");
    EXPECT_EQ(refusal({"run", "box", "ls"}), "unexpected 'ls'; see: frankctl run --help");
    EXPECT_EQ(refusal({"run", "box", "--", ""}), "the command behind '--' has an empty name");
    EXPECT_EQ(refusal({"list", "--", "ls"}),
              "frankctl list takes no command after '--'; see: frankctl list --help");
    EXPECT_TRUE(read({"enter", "box"}));
}

TEST(CommandLine, HelpAndVersionNeedNoMore) {
    testing::internal::CaptureStdout();
    EXPECT_FALSE(read({"--version"}));
    EXPECT_EQ(testing::internal::GetCapturedStdout().rfind("frankctl ", 0), 0U);
    for (const Command &command : commands()) {
        testing::internal::CaptureStdout();
        EXPECT_FALSE(read({command.name, "--help"})) << command.name;
        const std::string help = testing::internal::GetCapturedStdout();
        EXPECT_NE(help.find(command.summary), std::string::npos) << command.name;
        EXPECT_NE(help.find("Usage: frankctl " + std::string(command.name)), std::string::npos)
            << command.name;
    }
}
