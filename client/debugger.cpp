#include "client/debugger.hpp"

#include "client/failure.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/openat2.h>
#include <spawn.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

namespace frank::client {

namespace {

constexpr const char *gdb = "gdb-multiarch";

/// The caller's own run-time directory where there is one: nobody else sees it.
std::string make_directory() {
    const char *run = std::getenv("XDG_RUNTIME_DIR");
    struct stat info {};
    const bool own = run != nullptr && *run == '/' && stat(run, &info) == 0 && info.st_uid == geteuid();
    std::string path = std::string(own ? run : "/tmp") + "/frankctl-debug-XXXXXX"; // made with mode 0700
    if (mkdtemp(path.data()) == nullptr)
        throw system_failure("cannot make the directory '" + path + "'");
    return path;
}

Fd listen_at(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Failure("'" + path + "' is too long for a socket: set XDG_RUNTIME_DIR to a shorter directory");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        listen(fd.get(), 1) != 0)
        throw system_failure("cannot listen at '" + path + "'");
    return fd;
}

Fd copy_of(const Fd &fd) {
    Fd copy(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy)
        throw system_failure("fcntl");
    return copy;
}

/// The program's file in a copy of its root; empty: it is not there. Links lead nowhere but into the copy.
std::string file_below(const std::string &root, const std::string &program) {
    std::vector<std::string> places{"usr/local/bin/", "usr/bin/", "bin/", "usr/sbin/", "sbin/"};
    if (program.find('/') != std::string::npos)
        places.assign({""});
    const Fd top(open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    for (const std::string &place : places) {
        const std::string path = place + program;
        const Fd file(static_cast<int>(syscall(SYS_openat2, top.get(), path.c_str(), &how, sizeof how)));
        std::array<char, PATH_MAX> found{};
        struct stat info {};
        if (file && fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode) &&
            readlink(("/proc/self/fd/" + std::to_string(file.get())).c_str(), found.data(),
                     found.size() - 1) > 0)
            return found.data();
    }
    return {};
}

bool is_plain(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-_./:=+,").find(c) != std::string_view::npos;
    });
}

} // namespace

DebuggerDoor::DebuggerDoor(EventLoop &loop) : loop_(loop) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw system_failure("socketpair");
    near_end_ = Fd(ends[0]);
    far_end_ = Fd(ends[1]);
    if (fcntl(near_end_.get(), F_SETFL, O_NONBLOCK) != 0)
        throw system_failure("fcntl");
    directory_ = make_directory();
    try {
        listener_ = listen_at(path());
    } catch (...) {
        (void)rmdir(directory_.c_str());
        throw;
    }
    loop_.watch(
        listener_.get(), [this] { return listener_ ? short{POLLIN} : short{0}; },
        [this](short) { accept_one(); });
}

DebuggerDoor::~DebuggerDoor() {
    (void)unlink(path().c_str());
    (void)rmdir(directory_.c_str());
}

void DebuggerDoor::accept_one() {
    Fd debugger(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!debugger)
        return;
    listener_.close();
    (void)unlink(path().c_str());
    auto questions = std::make_unique<Copier>(loop_, copy_of(debugger), copy_of(near_end_));
    auto answers = std::make_unique<Copier>(loop_, std::move(near_end_), std::move(debugger));
    // Both ways end together, so that each side learns of the other's going.
    questions->on_end([other = answers.get()](Copier::End) { other->stop(); });
    answers->on_end([other = questions.get()](Copier::End) { other->stop(); });
    copiers_.push_back(std::move(questions));
    copiers_.push_back(std::move(answers));
}

bool has_gdb() {
    const char *path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const std::string_view entry = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
        if (!entry.empty() && access((std::string(entry) + "/" + gdb).c_str(), X_OK) == 0)
            return true;
    }
    return false;
}

std::vector<std::string> gdb_command(const std::string &sysroot, const std::string &path,
                                     const std::string &program) {
    std::vector<std::string> words{gdb, "-ex", "set sysroot " + sysroot, "-ex", "target remote " + path};
    if (std::string file = file_below(sysroot, program); !file.empty())
        words.push_back(std::move(file));
    return words;
}

std::string shell_words(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words) {
        text += text.empty() ? "" : " ";
        if (is_plain(word)) {
            text += word;
            continue;
        }
        text += '\'';
        for (const char c : word)
            text += c == '\'' ? std::string("'\\''") : std::string(1, c);
        text += '\'';
    }
    return text;
}

Gdb::Gdb(std::vector<std::string> words, const Fd &terminal) {
    std::vector<char *> argv;
    argv.reserve(words.size() + 1);
    for (std::string &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0)
        throw Failure("gdb cannot be started");
    const bool started = posix_spawn_file_actions_adddup2(&actions, terminal.get(), STDIN_FILENO) == 0 &&
                         posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
                         posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK) == 0 &&
                         posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)posix_spawnattr_destroy(&attributes);
    if (!started)
        throw Failure("gdb cannot be started");
}

Gdb::~Gdb() {
    if (pid_ > 0)
        (void)waitpid(pid_, nullptr, 0);
}

bool Gdb::runs() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0)
        pid_ = -1;
    return pid_ > 0;
}

} // namespace frank::client
