#include "client/attendant.hpp"

#include "client/output.hpp"

#include <poll.h>

namespace frank::client {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

/// Is frankend, rather than the job, what went away?
bool is_absence(const Failure &failure) {
    const std::string &name = failure.dbus_name();
    return name == "org.freedesktop.DBus.Error.NoReply" ||
           name == "org.freedesktop.DBus.Error.ServiceUnknown" ||
           name == "org.freedesktop.DBus.Error.NameHasNoOwner";
}

bool is_oblivion(const Failure &failure) {
    return failure.is(Error::no_such_job) ||
           failure.dbus_name() == "org.freedesktop.DBus.Error.UnknownObject";
}

void turn_for(EventLoop &loop, std::chrono::milliseconds time) {
    for (const auto end = Clock::now() + time; Clock::now() < end;)
        loop.turn(std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
}

JobEnd ask_for_end(DaemonLink &link, EventLoop &loop, const std::string &path) {
    JobRemote job(link.connection(), path);
    const auto answer = send<std::string, std::int32_t, std::string, std::string>(
        job.object(), contract::job_interface, "Wait");
    while (!answer->arrived)
        loop.turn();
    const auto &[result, status, message, error] = answer->take(job_title(job_id(path)));
    return {result, status, message, error};
}

} // namespace

int exit_status_of(const JobEnd &end, const std::string &about) {
    if (end.result == "exited")
        return end.status;
    if (end.result == "killed")
        return 128 + end.status;
    if (end.result == "cancelled")
        throw Failure(about + " was cancelled");
    throw failure_of(end.error.empty() ? std::string(entry_of(Error::failed).dbus_name) : end.error,
                     end.message, about);
}

JobEnd wait_for_end(DaemonLink &link, EventLoop &loop, const std::string &path) {
    constexpr auto patience = 10s;
    auto give_up = Clock::time_point::max();
    for (;;) {
        try {
            return ask_for_end(link, loop, path);
        } catch (const Failure &failure) {
            const bool restarted = give_up != Clock::time_point::max();
            if (restarted && is_oblivion(failure))
                throw Failure("frankend was restarted and no longer knows " + job_title(job_id(path)));
            if (!is_absence(failure) || Clock::now() >= give_up)
                throw;
            if (!restarted)
                give_up = Clock::now() + patience;
        }
        turn_for(loop, 100ms);
    }
}

void tell_breakage(DaemonLink &link, const std::string &path) {
    if (link.globals().quiet)
        return;
    try {
        JobRemote job(link.connection(), path);
        if (const auto breakage = job.Breakage(); !std::get<0>(breakage).empty())
            complain(std::get<1>(breakage));
    } catch (
        const sdbus::Error &) { // NOLINT(bugprone-empty-catch): an older frankend, or a job that is forgotten
    }
}

void send_signal(DaemonLink &link, const std::string &path, int signal) {
    JobRemote job(link.connection(), path);
    (void)send<>(job.object(), contract::job_interface, "Signal", std::int32_t{signal}, Options{});
}

Attendant::Attendant(DaemonLink &link) : loop_(link.connection()) {
    loop_.watch(
        signals_.fd(), [] { return short{POLLIN}; },
        [this](short) {
            while (const auto signal = signals_.next())
                signalled(*signal);
        });
}

void Attendant::signalled(int signal) {
    if (handler_) {
        handler_(signal);
        return;
    }
    kept_.push_back(signal);
    if (!is_ending(signal))
        return;
    if (ending_ != 0)
        throw Interrupted(signal);
    ending_ = signal;
    patience_ = Clock::now() + 2s;
}

void Attendant::turn_before_answer() {
    if (ending_ == 0 || handler_) {
        loop_.turn();
        return;
    }
    if (Clock::now() >= patience_)
        throw Interrupted(ending_);
    loop_.turn(std::chrono::ceil<std::chrono::milliseconds>(patience_ - Clock::now()));
}

void Attendant::on_signal(std::function<void(int)> handler) {
    handler_ = std::move(handler);
    for (const int signal : std::exchange(kept_, {}))
        handler_(signal);
}

void Attendant::let_signals_end() {
    on_signal([](int signal) {
        if (is_ending(signal))
            throw Interrupted(signal);
    });
}

} // namespace frank::client
