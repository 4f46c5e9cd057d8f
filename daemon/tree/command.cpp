#include "daemon/tree/command.hpp"

#include "daemon/sys/fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::tree {

namespace {

std::string read_all(int fd) {
    std::string text;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (sys::must(got, "read from a command") == 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

} // namespace

plan::Result<std::string> run_command(const std::vector<std::string> &argv) {
    std::array<int, 2> ends{};
    sys::must(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    const sys::Fd out(ends[0]);
    sys::Fd in(ends[1]);
    std::vector<std::string> copy = argv;
    std::vector<char *> list;
    list.reserve(copy.size() + 1);
    for (std::string &argument : copy)
        list.push_back(argument.data());
    list.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    (void)::posix_spawn_file_actions_init(&actions);
    (void)::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    (void)::posix_spawn_file_actions_adddup2(&actions, in.get(), 1);
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, list[0], &actions, nullptr, list.data(), environ);
    (void)::posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        return plan::refuse(Error::unavailable, argv[0] + " is not installed: apt-get install " + argv[0]);
    if (error != 0)
        return plan::refuse(Error::failed,
                            "cannot run " + argv[0] + ": " + std::generic_category().message(error));
    in.reset();
    std::string output = read_all(out.get());
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            sys::breakage("wait for " + argv[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return plan::refuse(Error::failed, argv[0] + " failed; the log has its reasons");
    return output;
}

} // namespace frank::tree
