// guest/ holds the static programs that run inside sessions: no allocation, no exceptions, no C++ run-time
// library. This file: a descriptor that closes itself.
#pragma once

#include <unistd.h>
#include <utility>

namespace frank::guest {

/// Owns a descriptor. Whoever opens it does so with O_CLOEXEC.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd &operator=(Fd &&other) noexcept {
        if (this != &other)
            reset(std::exchange(other.fd_, -1));
        return *this;
    }
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    ~Fd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset(int fd = -1) {
        if (fd_ >= 0)
            (void)::close(fd_);
        fd_ = fd;
    }

  private:
    int fd_ = -1;
};

} // namespace frank::guest
