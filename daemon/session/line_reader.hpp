// Reads a pipe line by line. The writer is not trusted: lines are cut, and it never blocks.
#pragma once

#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/fd.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace frank::session {

/// What is longer is cut: the rest of the line is dropped.
inline constexpr std::size_t max_line = 1024;

class LineReader {
  public:
    /// `on_line` gets each line without its end; it must not destroy the reader.
    LineReader(sys::EventLoop &loop, sys::Fd fd, std::function<void(std::string_view)> on_line);

    /// What is in the pipe now, and the last line even where its end is missing. Nothing is read afterwards.
    void finish();

  private:
    /// False when there is nothing more for now.
    bool read_some();
    void take(std::string_view text);

    sys::Fd fd_;
    std::function<void(std::string_view)> on_line_;
    std::string line_;
    sys::EventSource source_;
};

} // namespace frank::session
