// Signals as descriptors: while this lives, a signal to frankctl is news in the loop and ends nothing by
// itself.
#pragma once

#include "client/fd.hpp"

#include <csignal>
#include <optional>

namespace frank::client {

/// Takes the signals that a command in a session should get instead of frankctl, and makes a closed pipe an
/// error of write() alone. Gives them back at its end.
class Signals {
  public:
    Signals();
    Signals(const Signals &) = delete;
    Signals &operator=(const Signals &) = delete;
    ~Signals();

    int fd() const { return fd_.get(); }
    /// The next one that came; nothing when there is none.
    std::optional<int> next();

  private:
    sigset_t before_{};
    struct sigaction pipe_before_ {};
    Fd fd_;
};

/// Would this signal, left alone, have ended frankctl?
bool is_ending(int signal);

} // namespace frank::client
