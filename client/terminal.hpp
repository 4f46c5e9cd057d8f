// The caller's own terminal: its raw mode, its size, and descriptors of it that may be made non-blocking.
#pragma once

#include "client/fd.hpp"

#include <optional>
#include <sys/ioctl.h>
#include <termios.h>

namespace frank::client {

/// Every key goes to the command, uninterpreted, while this lives; then the terminal is as it was.
/// Where `fd` is no terminal it does nothing.
class RawMode {
  public:
    /// `output_too`: the terminal shows the command's output, which is processed already.
    RawMode(int fd, bool output_too);
    RawMode(const RawMode &) = delete;
    RawMode &operator=(const RawMode &) = delete;
    ~RawMode();

  private:
    int fd_ = -1;
    termios before_{};
};

/// The size of the first of 0, 1, 2 that is a terminal.
std::optional<winsize> terminal_size();

bool is_terminal(int fd);

/// The same terminal or pipe as `fd`, opened anew and non-blocking: the flag belongs to the open file, and
/// the shell would inherit it on the one that is shared. A plain, blocking duplicate where it cannot be
/// opened anew.
Fd own_description(int fd, int access_mode);

} // namespace frank::client
