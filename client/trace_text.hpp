// qemu's trace made readable. Pure.
#pragma once

#include <string>
#include <string_view>

namespace frank::client {

/// An emulator writes "7 wait4(...)" before the call is made and " = 3" after it. What another one writes
/// between comes on a line of its own here, as strace(1) does it: "7 wait4(...) <unfinished ...>".
class TraceText {
  public:
    /// The next piece of the trace, wherever it was cut.
    std::string rework(std::string_view raw);
    /// What comes out is at most so many times as long, and so many bytes: every second one may end a call.
    static constexpr std::size_t growth = 20;

  private:
    char last_ = '\n';
    bool quoted_ = false;
};

} // namespace frank::client
