#include "daemon/guest/init_terminal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace frank::guest {

int set_size(int terminal, std::uint16_t rows, std::uint16_t columns) {
    const winsize size{rows, columns, 0, 0};
    return ::ioctl(terminal, TIOCSWINSZ, &size) < 0 ? errno : 0;
}

int open_terminal(std::uint16_t rows, std::uint16_t columns, Terminal &terminal) {
    // O_NONBLOCK from the start: whatever the session's root has put at this path, PID 1 does not wait for
    // it.
    terminal.master = Fd(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
    if (!terminal.master)
        return errno;
    const int locked = 0;
    if (::ioctl(terminal.master.get(), TIOCSPTLCK, &locked) < 0)
        return errno;
    // By the master, not by a path: nothing inside can put another file in its place.
    terminal.slave = Fd(::ioctl(terminal.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (!terminal.slave)
        return errno;
    return set_size(terminal.master.get(), rows, columns);
}

} // namespace frank::guest
