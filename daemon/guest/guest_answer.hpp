// Asks a program of the guest's, from within a native tool. Header only, for libraries without a C library.
#pragma once

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::guest {

struct GuestAnswer {
    ssize_t size = -1; ///< of what it said first; negative: it said nothing
    int status = -1;   ///< as of waitpid(2); negative: it did not run
};

/// What it says at once comes to be in `answer`; it has no input, and its messages are not heard.
inline GuestAnswer ask_guest(const char *file, const char *const *argv, char *answer, std::size_t room) {
    int ends[2];
    GuestAnswer got;
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return got;
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int error = ::posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (error == 0)
            error = ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        if (error == 0)
            error = ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        if (error == 0)
            error = ::posix_spawn(&child, file, &actions, nullptr, const_cast<char *const *>(argv), environ);
        (void)::posix_spawn_file_actions_destroy(&actions);
    }
    (void)::close(ends[1]);
    while (error == 0 && (got.size = ::read(ends[0], answer, room)) < 0 && errno == EINTR)
        ; // a line is written at once
    (void)::close(ends[0]);
    int status = 0;
    pid_t gone = -1;
    while (error == 0 && (gone = ::waitpid(child, &status, 0)) < 0 && errno == EINTR)
        ;
    if (gone == child && error == 0)
        got.status = status;
    return got;
}

} // namespace frank::guest
