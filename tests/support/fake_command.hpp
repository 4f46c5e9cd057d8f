// What the fake frank-init is told to run, and what a script says becomes of it.
#pragma once

#include "daemon/plan/init_wire.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

namespace frank::test {

/// A command as frank-init was asked to run it.
struct FakeCommand {
    std::uint64_t job = 0;
    std::string session;
    bool workshop = false;
    plan::SpawnHead head{};
    plan::SpawnLimits limits{};
    std::string user, cwd;
    std::vector<std::string> argv, env;
    std::vector<sys::Fd> fds; ///< in the order of head.fd_numbers
    sys::Fd log;

    bool tty() const { return (head.flags & plan::spawn_tty) != 0; }
    /// The descriptor that is to be `number` in the command; -1 where there is none.
    int fd(std::uint32_t number) const {
        for (std::size_t i = 0; i < fds.size(); ++i)
            if (head.fd_numbers[i] == number)
                return fds[i].get();
        return -1;
    }
    /// To descriptor `number`, or to the log where that one is missing.
    void write(std::uint32_t number, const std::string &text) const {
        const int target = fd(number) >= 0 ? fd(number) : log.get();
        if (target >= 0 && ::write(target, text.data(), text.size()) < 0)
            std::abort();
    }
};

/// What becomes of a command.
struct FakeOutcome {
    enum class Kind { runs, ends, fails, silent } kind = Kind::runs;
    int value = 0; ///< ends: wait status; fails: errno
    plan::SpawnStage stage = plan::SpawnStage::none;

    static FakeOutcome runs() { return {}; }
    static FakeOutcome exits(int status) { return {Kind::ends, status << 8, plan::SpawnStage::none}; }
    static FakeOutcome fails(plan::SpawnStage stage, int error) { return {Kind::fails, error, stage}; }
    static FakeOutcome silent() { return {Kind::silent, 0, plan::SpawnStage::none}; }
};

using FakeScript = std::function<FakeOutcome(FakeCommand &)>;

} // namespace frank::test
