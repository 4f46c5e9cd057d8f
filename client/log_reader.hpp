// A job's log, from its first byte, as it grows.
#pragma once

#include "client/attendant.hpp"
#include "client/fd.hpp"

#include <sys/types.h>

namespace frank::client {

class LogReader {
  public:
    /// `log`: the descriptor that Job.OpenLog gave.
    explicit LogReader(Fd log) : log_(std::move(log)) {}

    /// Copies all that is there by now to standard output, byte for byte.
    void catch_up();

  private:
    Fd log_;
    off_t offset_ = 0;
};

LogReader open_log(DaemonLink &link, const std::string &id);

/// Copies until the job has ended and its log has been read to the end.
JobEnd follow_log(DaemonLink &link, LogReader &log, const std::string &id);

} // namespace frank::client
