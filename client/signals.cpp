#include "client/signals.hpp"

#include "client/failure.hpp"

#include <sys/signalfd.h>

namespace frank::client {

Signals::Signals() {
    sigset_t taken;
    (void)sigemptyset(&taken);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGCONT, SIGWINCH})
        (void)sigaddset(&taken, signal);
    fd_ = Fd(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd_)
        throw system_failure("signalfd");
    if (sigprocmask(SIG_BLOCK, &taken, &before_) != 0)
        throw system_failure("sigprocmask");
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Signals::~Signals() {
    (void)sigaction(SIGPIPE, &pipe_before_, nullptr);
    (void)sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> Signals::next() {
    signalfd_siginfo news{};
    if (::read(fd_.get(), &news, sizeof news) != static_cast<ssize_t>(sizeof news))
        return std::nullopt;
    return static_cast<int>(news.ssi_signo);
}

bool is_ending(int signal) { return signal != SIGCONT && signal != SIGWINCH; }

} // namespace frank::client
