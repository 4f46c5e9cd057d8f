// Paths that are put together, without allocation.
#pragma once

#include "daemon/guest/fd.hpp"

#include <climits>
#include <cstddef>
#include <cstring>

namespace frank::guest {

/// `prefix` and `path` in one.
class Path {
  public:
    Path(const char *prefix, const char *path) {
        const std::size_t head = std::strlen(prefix);
        const std::size_t tail = std::strlen(path);
        text_[0] = '\0'; // alone: a page that is not written to is none
        if (head + tail < sizeof text_) {
            std::memcpy(text_, prefix, head);
            std::memcpy(text_ + head, path, tail + 1);
        }
    }
    const char *text() const { return text_; } ///< empty where it was too long

  private:
    char text_[PATH_MAX];
};

/// "/proc/self/fd/N".
class DescriptorPath {
  public:
    explicit DescriptorPath(const Fd &fd) {
        char digits[12];
        std::size_t count = 0;
        for (auto rest = static_cast<unsigned>(fd.get()); rest > 0 || count == 0; rest /= 10)
            digits[count++] = static_cast<char>('0' + rest % 10);
        for (std::size_t at = std::strlen(text_); count > 0; ++at)
            text_[at] = digits[--count];
    }
    const char *text() const { return text_; }

  private:
    char text_[32] = "/proc/self/fd/";
};

} // namespace frank::guest
