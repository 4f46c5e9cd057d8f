#include "client/polkit_agent.hpp"

#include "client/fd.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace frank::client {

namespace {

/// pkttyagent, told to close descriptor 3 when it is ready; -1 where it cannot be had.
pid_t spawn_agent(int notify) {
    const std::string process = std::to_string(getpid());
    std::array<std::string, 6> words{"pkttyagent", "--process", process, "--fallback", "--notify-fd", "3"};
    std::array<char *, words.size() + 1> argv{};
    for (std::size_t i = 0; i < words.size(); ++i)
        argv[i] = words[i].data();

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return -1;
    }
    // Signals that frankctl keeps for a command must reach the agent: Ctrl-C at the password ends the
    // question.
    sigset_t none;
    (void)sigemptyset(&none);
    pid_t pid = -1;
    if (posix_spawn_file_actions_adddup2(&actions, notify, 3) != 0 ||
        posix_spawnattr_setsigmask(&attributes, &none) != 0 ||
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK) != 0 ||
        posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ) != 0)
        pid = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    return pid;
}

} // namespace

PolkitAgent::PolkitAgent() {
    if (geteuid() == 0)
        return;
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return;
    const Fd ready(ends[0]);
    Fd notify(ends[1]);
    pid_ = spawn_agent(notify.get());
    notify.close();
    if (pid_ < 0)
        return;
    // Readable at its end: the agent is registered, or it has died and the call will be refused.
    pollfd wait{ready.get(), POLLIN, 0};
    (void)::poll(&wait, 1, 5000);
}

PolkitAgent::~PolkitAgent() {
    if (pid_ < 0)
        return;
    (void)kill(pid_, SIGTERM);
    (void)kill(pid_, SIGCONT);
    (void)waitpid(pid_, nullptr, 0);
}

} // namespace frank::client
