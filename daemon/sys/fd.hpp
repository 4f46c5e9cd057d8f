// sys/ wraps the kernel where no privilege is needed. It never logs; breakage is std::system_error, "verb
// object". This file: a descriptor that closes itself, and the check that every system call goes through.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frank::sys {

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
    /// Closes what it holds; errno is left as it was.
    void reset(int fd = -1) {
        // Of a std::pair<Fd, Fd> taken apart, clang-tidy 14 forgets the half that was not named last.
        if (fd_ >= 0) { // NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult)
            const int saved = errno;
            (void)::close(fd_);
            errno = saved;
        }
        fd_ = fd;
    }

  private:
    int fd_ = -1;
};

[[noreturn]] inline void breakage(const std::string &what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// The result of a system call, or std::system_error with errno: must(open(...), "open /dev/null").
template <class T> T must(T result, const char *what) {
    if (result < 0)
        breakage(what);
    return result;
}

} // namespace frank::sys
