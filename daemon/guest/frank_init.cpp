// frank-init: PID 1 of a session. Reaps, spawns jobs on request over a socket, reports how they ended, and
// ends the session when frank-launcher goes.
#include "daemon/guest/init_needs.hpp"
#include "daemon/guest/init_session.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

namespace {

using namespace frank;

int refuse(const char *message) {
    (void)!::write(STDERR_FILENO, message, std::strlen(message));
    return 1;
}

bool is_listener(int fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0;
}

/// No job may inherit what PID 1 was given.
bool keep_to_ourselves(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
           ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/// Every signal waits; the two that mean something come as data.
int take_signals() {
    sigset_t all;
    sigset_t wanted;
    sigfillset(&all);
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGCHLD);
    sigaddset(&wanted, SIGTERM);
    if (::sigprocmask(SIG_SETMASK, &all, nullptr) < 0)
        return -1;
    return ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

/// Three descriptors for each of many jobs; the jobs themselves get what we were given.
void raise_file_limit(rlimit &original) {
    if (::getrlimit(RLIMIT_NOFILE, &original) < 0)
        return;
    const rlimit raised{original.rlim_max, original.rlim_max};
    (void)::setrlimit(RLIMIT_NOFILE, &raised);
}

} // namespace

int main() {
    if (::getpid() != 1 || !is_listener(plan::init_control_fd))
        return refuse("frank-init is started by frank-launcher, not by hand\n");
    if (!keep_to_ourselves(plan::init_control_fd) || !keep_to_ourselves(plan::init_lifeline_fd))
        return refuse("frank-init: descriptors 3 and 4 must be the control socket and the lifeline\n");
    guest::Session session;
    session.signals.reset(take_signals());
    if (!session.signals || ::chdir("/") < 0)
        return refuse("frank-init: could not set up signals\n");
    (void)::prctl(PR_SET_NAME, "frank-init");
    raise_file_limit(session.files);
    session.needs = guest::find_needs();
    return guest::serve(session);
}
