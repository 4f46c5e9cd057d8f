// frankctl --host: a stand-in for ssh does what sshd does with a command line, on this machine.
#include "tests/support/client_world.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace frank::test;

namespace {

class FrankctlHost : public ClientWorld {
  protected:
    void SetUp() override {
        ClientWorld::SetUp();
        const std::string ssh = directory() + "/ssh";
        std::ofstream(ssh) << "#!/bin/sh\n"
                              "printf '%s\\n' \"$@\" >\"${0%/*}/ssh-argv\"\n"
                              "for line; do :; done\n"
                              "PATH=${0%/*}/there:/usr/bin:/bin exec sh -c \"$line\"\n";
        std::filesystem::create_directory(directory() + "/there");
        std::ofstream(directory() + "/there/frankctl")
            << "#!/bin/sh\nexec " << frankctl({}).front() << " \"$@\"\n";
        for (const char *program : {"/ssh", "/there/frankctl"})
            std::filesystem::permissions(directory() + program, std::filesystem::perms::owner_all);
    }
    Outcome by_ssh(const std::string &script, const std::string &input = {}) {
        return shell("PATH=" + directory() + ":$PATH; " + script, input);
    }
    std::string argv_of_ssh() {
        std::ostringstream text;
        text << std::ifstream(directory() + "/ssh-argv").rdbuf();
        return text.str();
    }
};

} // namespace

TEST_F(FrankctlHost, DoesTheSameOnAnotherMachine) {
    const Outcome there = by_ssh("$F --host me@board list");
    EXPECT_EQ(there.status, 0) << there.err;
    EXPECT_EQ(there.out, run({"list"}).out);
    EXPECT_NE(argv_of_ssh().find("-T\n--\nme@board\n"), std::string::npos) << argv_of_ssh();
    EXPECT_EQ(argv_of_ssh().find("--host"), std::string::npos);
    EXPECT_EQ(by_ssh("$F list --host=board --format json").out, run({"list", "--format", "json"}).out);
    EXPECT_EQ(by_ssh("$F show --host board no-such").status, 125) << "and its exit status comes back";
}

TEST_F(FrankctlHost, PassesEveryWordByteForByte) {
    const std::string script =
        "$F --host board run box -- printf '%s|' 'a b' \"it's\" '$HOME' '' '*' '--host' 'x' '\\'";
    const Outcome there = by_ssh(script);
    const Outcome here = by_ssh("$F run box -- printf '%s|' 'a b' \"it's\" '$HOME' '' '*' '--host' 'x' '\\'");
    EXPECT_EQ(there.status, here.status) << there.err;
    EXPECT_EQ(there.out, here.out);
}

TEST_F(FrankctlHost, GivesATerminalToEnterAlone) {
    (void)by_ssh("$F --host board enter no-such");
    EXPECT_NE(argv_of_ssh().find("-t\n"), std::string::npos) << argv_of_ssh();
}

TEST_F(FrankctlHost, RefusesWhatIsNoHostAndBadCommandLinesBeforeAnyConnection) {
    for (const char *script : {"$F --host -oProxyCommand=x list", "$F --host 'a b' list", "$F --host '' list",
                               "$F --host 'a;b' list"}) {
        const Outcome outcome = by_ssh(script);
        EXPECT_EQ(outcome.status, 125) << script;
        EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    }
    EXPECT_EQ(by_ssh("$F --host board no-such-verb").status, 125);
    EXPECT_EQ(by_ssh("$F --host board run box").status, 125);
    EXPECT_FALSE(std::filesystem::exists(directory() + "/ssh-argv"));
}

TEST_F(FrankctlHost, SaysWhatIsMissing) {
    const Outcome outcome = shell("PATH=/nowhere; $F --host board list");
    EXPECT_EQ(outcome.status, 125);
    EXPECT_NE(outcome.err.find("apt-get install openssh-client"), std::string::npos) << outcome.err;
}
