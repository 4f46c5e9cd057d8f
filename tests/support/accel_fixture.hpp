// Sessions whose roots are Debians with a few tools, and a frank-tree and a frank-verify that say what the
// test wants.
#pragma once

#include "support/ledger_fixture.hpp"

namespace frank::test {

class AccelerationTest : public LedgerTest {
  protected:
    AccelerationTest() {
        machine.script = [this](FakeCommand &command) { return act(command); };
    }

    FakeOutcome act(FakeCommand &command) {
        const std::string verb = command.argv.size() > 1 ? command.argv[1] : "";
        if (command.argv.front() == "/frank/frank-tree" && (verb == "inspect" || verb == "twins")) {
            trees.push_back(command.argv);
            command.write(1, verb == "inspect" ? inspection : making);
            return verb == making_hangs ? FakeOutcome::runs()
                                        : FakeOutcome::exits(verb == "twins" && making.empty() ? 1 : 0);
        }
        if (!command.argv.front().ends_with("/frank-verify"))
            return FakeMachine::usual(command);
        done.push_back(verb);
        if (verb == hangs)
            return FakeOutcome::runs();
        for (std::size_t i = 2; i < command.argv.size(); ++i)
            command.write(1, verb == "survey" ? surveyed(command.argv[i]) : compared(command.argv[i]));
        return FakeOutcome::exits(0);
    }
    std::string surveyed(const std::string &path) {
        return missing.contains(path) || (path.find("/llvm-") != std::string::npos && path != llvm)
                   ? ""
                   : "file\t" + path + "\t1\t" + std::to_string(inodes[path]) + "\t3\t4\t5\n";
    }
    std::string compared(const std::string &argument) {
        const std::string path = argument.substr(0, argument.find('='));
        tried.insert(path);
        return differs.contains(path) ? "no\t" + path + "\tanother version\n"
                                      : "ok\t" + path + "\t3000\t1000\t1\n";
    }

    session::Job accelerate(const std::string &name = "pi", bool again = false,
                            const plan::ToolClasses &classes = {}) {
        done.clear();
        tried.clear();
        const auto job = ledger->accelerate(name, {again, classes}, user);
        EXPECT_TRUE(job) << job.error().message;
        return job ? ended(*job) : session::Job{};
    }
    /// What has a route in the session now.
    std::set<std::string> routes(const std::string &name = "pi") {
        FakeInit *init = machine.session(name);
        return init == nullptr || init->routes.laid.empty() ? std::set<std::string>{"(none was sent)"}
                                                            : init->routes.laid.back();
    }
    bool until_routes(const std::set<std::string> &wanted, const std::string &name = "pi") {
        return until([&] { return routes(name) == wanted; });
    }
    /// As `frankctl accel` shows it: why it is emulated, or that it is not.
    std::string shown(const std::string &path, const std::string &name = "pi") {
        for (const session::AccelRow &row : ledger->acceleration(name))
            if (row.path == path)
                return row.native ? "natively" : row.reason;
        return "not there";
    }
    std::string state_of(const std::string &name = "pi") { return ledger->view(name)->acceleration; }

    static constexpr const char *sed = "/usr/bin/sed";
    static constexpr const char *tar = "/usr/bin/tar";
    static constexpr const char *make = "/usr/bin/make";
    const std::set<std::string> all{sed, tar, make};

    std::string inspection = "arch arm64\nos Debian GNU/Linux 12 (bookworm)\nsuite bookworm\nchecked ok\n";
    std::string making = "twin usr/bin/sed\ntwin usr/bin/tar\ntwin usr/bin/make\ndigest " +
                         std::string(64, 'a') + "\nchecked ok\n";
    std::string llvm;                ///< clang's path, where the root has it
    std::string making_hangs, hangs; ///< the verb that does not end
    std::set<std::string> missing,
        differs;                       ///< tools: that the root does not have, whose twins are not the same
    std::map<std::string, int> inodes; ///< of the root's tools
    std::vector<std::vector<std::string>> trees; ///< what frank-tree was told to do
    std::vector<std::string> done;               ///< what frank-verify was told to do
    std::set<std::string> tried;                 ///< what it compared
};

} // namespace frank::test
