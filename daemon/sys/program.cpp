#include "daemon/sys/program.hpp"

#include "daemon/sys/fd.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::sys {

namespace {

constexpr int no_format = 126;

} // namespace

bool kernel_runs(std::span<const std::byte> program) {
    const Fd file(must(::memfd_create("frank-program", MFD_CLOEXEC), "make a memory file"));
    if (::write(file.get(), program.data(), program.size()) != static_cast<ssize_t>(program.size()))
        breakage("write a program");
    const pid_t child = must(::fork(), "fork");
    if (child == 0) {
        char name[] = "frank-program";
        char *const argv[] = {name, nullptr};
        char *const environment[] = {nullptr};
        (void)::fexecve(file.get(), argv, environment);
        ::_exit(errno == ENOEXEC ? no_format : 0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            breakage("wait for a program");
    return !WIFEXITED(status) || WEXITSTATUS(status) != no_format;
}

} // namespace frank::sys
