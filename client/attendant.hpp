// Stands for a job towards the user: turns the loop while it runs, minds signals, and knows how it ended.
#pragma once

#include "client/call.hpp"
#include "client/event_loop.hpp"
#include "client/signals.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace frank::client {

/// What Job.Wait says.
struct JobEnd {
    std::string result;
    int status = 0;
    std::string message;
    std::string error;
};

/// frankctl's exit status for such an end. Failure for a job that failed or was cancelled.
int exit_status_of(const JobEnd &end, const std::string &about);

/// Waits for the end of the job at `path` while `loop` turns; outlives a restart of frankend by some seconds.
JobEnd wait_for_end(DaemonLink &link, EventLoop &loop, const std::string &path);

/// One line on standard error where frankend knows how emulation broke the job; nothing with --quiet.
void tell_breakage(DaemonLink &link, const std::string &path);

/// Sends a signal to the job at `path`; whether it still lived is for Wait to say.
void send_signal(DaemonLink &link, const std::string &path, int signal);

/// The loop of a process that minds a job, with its signals.
class Attendant {
  public:
    explicit Attendant(DaemonLink &link);

    EventLoop &loop() { return loop_; }

    /// Turns the loop until the answer is there. A signal that would end frankctl is kept for on_signal(),
    /// and ends it (Interrupted) when it comes again or when no answer comes for two seconds.
    template <class... Out>
    std::tuple<Out...> await(const Pending<Out...> &answer, const std::string &about) {
        while (!answer->arrived)
            turn_before_answer();
        return std::move(answer->take(about));
    }

    /// What signals do from now on; it gets those that have come already first.
    void on_signal(std::function<void(int)> handler);
    /// From now on a signal that would end frankctl does.
    void let_signals_end();

  private:
    void signalled(int signal);
    void turn_before_answer();

    Signals signals_;
    EventLoop loop_;
    std::function<void(int)> handler_;
    std::vector<int> kept_;
    int ending_ = 0;
    std::chrono::steady_clock::time_point patience_;
};

} // namespace frank::client
