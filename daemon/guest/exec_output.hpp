// The file that a watched twin wrote: what its route says of its text.
#pragma once

#include "daemon/guest/fd.hpp"

#include <cstddef>

namespace frank::guest {

class OutputFile {
  public:
    /// What follows -o in `argv`. Only a regular file that can be read and written is there().
    explicit OutputFile(char *const *argv);
    bool there() const { return static_cast<bool>(fd_); }

    /// Has it this anywhere? True also where it cannot be read.
    bool holds(const char *text);
    /// In its last 4096 bytes the last `from`, if there is one, becomes `to`; no other byte changes, and
    /// neither may be longer than 512. False where that went wrong: then it is nobody's file any more.
    bool exchange_near_end(const char *from, const char *to) const;

  private:
    Fd fd_{};
    std::size_t size_ = 0;
    const char *bytes_ = nullptr; ///< mapped when it is first looked for something
};

} // namespace frank::guest
