#include "client/terminal.hpp"

#include "client/failure.hpp"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

namespace frank::client {

namespace {

/// From the background, tcsetattr stops the process unless SIGTTOU is blocked.
void set_quietly(int fd, const termios &mode) {
    sigset_t stop;
    sigset_t before;
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &stop, &before);
    (void)tcsetattr(fd, TCSADRAIN, &mode);
    (void)sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace

bool is_terminal(int fd) { return isatty(fd) == 1; }

RawMode::RawMode(int fd, bool output_too) {
    if (!is_terminal(fd) || tcgetattr(fd, &before_) != 0)
        return;
    termios raw = before_;
    cfmakeraw(&raw);
    if (!output_too)
        raw.c_oflag = before_.c_oflag;
    if (tcsetattr(fd, TCSADRAIN, &raw) == 0)
        fd_ = fd;
}

RawMode::~RawMode() {
    if (fd_ >= 0)
        set_quietly(fd_, before_);
}

std::optional<winsize> terminal_size() {
    for (int fd = 0; fd <= 2; ++fd) {
        winsize size{};
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
            return size;
    }
    return std::nullopt;
}

Fd own_description(int fd, int access_mode) {
    struct stat status {};
    if (fstat(fd, &status) != 0)
        throw system_failure("fstat");
    if (is_terminal(fd) || S_ISFIFO(status.st_mode)) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        Fd own(::open(path.c_str(), access_mode | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
        if (own)
            return own;
    }
    Fd duplicate(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!duplicate)
        throw system_failure("fcntl");
    return duplicate;
}

} // namespace frank::client
