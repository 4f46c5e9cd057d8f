// A descriptor that closes itself. The client has its own: it shares the contract with the daemon, and no
// code.
#pragma once

#include <unistd.h>
#include <utility>

namespace frank::client {

/// Owns a descriptor. Whoever opens it does so with O_CLOEXEC.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(other.release()) {}
    Fd &operator=(Fd &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    ~Fd() { close(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void close() {
        if (fd_ >= 0)
            (void)::close(release());
    }

  private:
    int fd_ = -1;
};

} // namespace frank::client
