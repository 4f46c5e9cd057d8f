// One program, run to its end in a session (setsid(2)) of its own: what it said, how it ended, how long it
// took.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace frank::verify {

struct Command {
    std::string program; ///< the file
    std::vector<std::string> argv;
    std::string directory;
    std::string input = "/dev/null"; ///< for standard input; relative to the directory
    bool emulated = false;           ///< it and all that it starts
};

struct Outcome {
    int status = 0; ///< where no signal ended it
    int signal = 0;
    bool timed_out = false;
    int session = 0; ///< id of the session that it led
    std::string output, messages;
    std::chrono::microseconds time{};
};

/// To be called once, before anything is run: how this process hears of the end of a child and of its own.
void block_signals();
/// Waits for one of the blocked signals, at most until `deadline`: which; 0: none.
int await_signal(std::chrono::steady_clock::time_point deadline);
bool asks_to_end(int signal);

/// Breakage where nothing can be started; a program that does not start ends with 127. Asked to end, this
/// process kills the command's group and exits.
Outcome run(const Command &command);

} // namespace frank::verify
