#include "client/streams.hpp"

#include "client/terminal.hpp"

#include <array>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace frank::client {

namespace {

struct Pipe {
    Fd read;
    Fd write;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        throw system_failure("pipe");
    return {Fd(ends[0]), Fd(ends[1])};
}

sdbus::UnixFd duplicate(int fd) {
    const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0)
        throw system_failure("fcntl");
    return {copy, sdbus::adopt_fd};
}

void make_nonblocking(int fd) {
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
        throw system_failure("fcntl");
}

bool are_one_terminal(int first, int second) {
    struct stat a {};
    struct stat b {};
    return is_terminal(first) && is_terminal(second) && fstat(first, &a) == 0 && fstat(second, &b) == 0 &&
           a.st_rdev == b.st_rdev;
}

void check_preserved(int fd) {
    if (fcntl(fd, F_GETFD) < 0)
        throw Failure("--preserve-fds: descriptor " + std::to_string(fd) + " is not open");
    if (is_terminal(fd))
        throw Failure("--preserve-fds: descriptor " + std::to_string(fd) +
                      " is a terminal, which a session never gets");
}

/// /dev/stdin in the command opens the pipe again, as somebody whom the pipe's owner, mode 0600, does not
/// know inside. Only who holds a descriptor of an anonymous pipe, or may look at such a holder, can get at it
/// by name.
void open_up_pipe(int fd) {
    struct statfs kind {};
    if (fstatfs(fd, &kind) == 0 && kind.f_type == PIPEFS_MAGIC)
        (void)fchmod(fd, 0666); // not ours: then it is as it was
}

} // namespace

Streams::Streams(bool standard, unsigned preserved) {
    const int end = 3 + static_cast<int>(preserved);
    // All checks first: a pipe that is made here would look like a descriptor of the caller's.
    for (int fd = 3; fd < end; ++fd)
        check_preserved(fd);
    for (int fd = 3; fd < end; ++fd)
        pass(fd);
    if (!standard)
        return;
    if (is_terminal(STDIN_FILENO))
        stand_in_for_input();
    else
        pass(STDIN_FILENO);
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
        if (is_terminal(fd))
            stand_in_for_output(fd);
        else
            pass(fd);
}

void Streams::pass(int fd) {
    open_up_pipe(fd);
    descriptors_.emplace(static_cast<std::uint32_t>(fd), duplicate(fd));
    passed_.insert(fd);
}

void Streams::stand_in_for_input() {
    Pipe pipe = make_pipe();
    make_nonblocking(pipe.write.get());
    descriptors_.emplace(0U, sdbus::UnixFd{pipe.read.release(), sdbus::adopt_fd});
    standing_.push_back({std::move(pipe.write), STDIN_FILENO});
}

void Streams::stand_in_for_output(int fd) {
    // One pipe for what is one terminal: what the command wrote first is shown first.
    if (fd == STDERR_FILENO && are_one_terminal(STDOUT_FILENO, STDERR_FILENO)) {
        descriptors_.emplace(2U, duplicate(descriptors_.at(1U).get()));
        return;
    }
    Pipe pipe = make_pipe();
    make_nonblocking(pipe.read.get());
    descriptors_.emplace(static_cast<std::uint32_t>(fd),
                         sdbus::UnixFd{pipe.write.release(), sdbus::adopt_fd});
    standing_.push_back({std::move(pipe.read), fd});
}

void Streams::start(EventLoop &loop) {
    descriptors_.clear();
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int fd : passed_)
        if (fd > STDERR_FILENO)
            (void)::close(fd);
        else if (fd != STDERR_FILENO && null)
            (void)dup2(null.get(), fd);
    for (Standing &standing : standing_) {
        const bool input = standing.fd == STDIN_FILENO;
        Fd terminal = own_description(standing.fd, input ? O_RDONLY : O_WRONLY);
        copiers_.push_back(
            input ? std::make_unique<Copier>(loop, std::move(terminal), std::move(standing.ours))
                  : std::make_unique<Copier>(loop, std::move(standing.ours), std::move(terminal)));
    }
}

bool Streams::settle() {
    bool more = false;
    for (std::size_t i = 0; i < copiers_.size(); ++i) {
        if (standing_[i].fd == STDIN_FILENO)
            copiers_[i]->stop();
        else
            more = copiers_[i]->settle() || more;
    }
    return more;
}

} // namespace frank::client
