#include "daemon/tree/bootstrap.hpp"

#include "daemon/plan/config.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/session_settings.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/apt_progress.hpp"
#include "daemon/tree/tree_root.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{16} * 1024;
constexpr std::size_t max_line = std::size_t{64} * 1024;

struct Child {
    pid_t pid;
    sys::Fd output;     ///< its standard output and error
    sys::Fd exec_error; ///< an errno where exec failed, else end of file
};

struct Pipe {
    sys::Fd out; ///< to read from
    sys::Fd in;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    sys::must(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

/// After fork: plain data and _exit only.
[[noreturn]] void become(char *const *argv, int input, int output, int exec_error) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1 &&
        ::dup2(output, 2) == 2)
        (void)::execvp(argv[0], argv);
    const int error = errno;
    (void)!::write(exec_error, &error, sizeof error);
    ::_exit(127);
}

Child run(std::vector<std::string> &arguments) {
    std::vector<char *> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string &argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    const sys::Fd input(sys::must(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null"));
    Pipe output = make_pipe(), exec_error = make_pipe();
    const pid_t pid = sys::must(::fork(), "fork");
    if (pid == 0)
        become(argv.data(), input.get(), output.in.get(), exec_error.in.get());
    return {pid, std::move(output.out), std::move(exec_error.out)};
}

/// A piece of a pipe; empty at its end.
std::string_view read_some(int fd, std::array<char, buffer_bytes> &buffer) {
    ssize_t got = 0;
    do
        got = ::read(fd, buffer.data(), buffer.size());
    while (got < 0 && errno == EINTR);
    return {buffer.data(), static_cast<std::size_t>(sys::must(got, "read from mmdebstrap"))};
}

void tell(AptProgress::News news, const AptProgress &progress, Reporter &reporter) {
    if (news == AptProgress::News::stage)
        reporter.say("stage", progress.stage());
    else if (news == AptProgress::News::packages)
        reporter.progress("packages", progress.done(), progress.total());
}

/// Passes the output on, unchanged, and reads progress from its lines.
AptProgress follow(int output, Reporter &reporter) {
    AptProgress progress;
    std::array<char, buffer_bytes> buffer{};
    std::string line;
    for (std::string_view piece; !(piece = read_some(output, buffer)).empty();) {
        (void)!::write(STDERR_FILENO, piece.data(), piece.size());
        for (const char c : piece) {
            if (c == '\n') {
                tell(progress.take(line), progress, reporter);
                line.clear();
            } else if (line.size() < max_line) {
                line += c;
            }
        }
    }
    reporter.flush();
    return progress;
}

Result<void> judge(int status, int exec_error, const AptProgress &progress) {
    if (exec_error == ENOENT)
        return refuse(Error::unavailable, "mmdebstrap is not installed: apt-get install mmdebstrap");
    if (exec_error != 0)
        return refuse(Error::failed, "cannot run mmdebstrap: " + std::generic_category().message(exec_error));
    if (status == 0)
        return {};
    if (progress.out_of_space())
        return refuse(Error::no_space, "no space left while mmdebstrap was at work");
    if (!progress.error().empty())
        return refuse(Error::failed, "mmdebstrap failed: " + progress.error());
    return refuse(Error::failed, WIFSIGNALED(status)
                                     ? "mmdebstrap was ended by signal " + std::to_string(WTERMSIG(status))
                                     : "mmdebstrap failed with status " +
                                           std::to_string(WEXITSTATUS(status)) + "; the log has its reasons");
}

/// They come from frankend, which has checked them; what is checked here holds for whoever calls.
Result<void> check(const BootstrapOptions &options) {
    const plan::RawCreate raw{"x",           plan::RootKind::debian, 0, options.arch, "", "",
                              options.suite, options.include};
    if (const auto request = plan::parse_create(raw); !request)
        return tl::unexpected(request.error());
    if (!options.only_unpack && !plan::is_debian_variant(options.variant))
        return refuse(Error::invalid_argument, "\"" + plan::printable(options.variant, 40) +
                                                   "\" is no variant of mmdebstrap that is known");
    if (!plan::is_debian_mirror(options.mirror))
        return refuse(Error::invalid_argument,
                      "\"" + plan::printable(options.mirror, 80) + "\" is no URL of a Debian archive");
    return {};
}

std::vector<std::string> command(const std::string &directory, const BootstrapOptions &options) {
    std::vector<std::string> arguments{"mmdebstrap",
                                       "--mode=root",
                                       "--verbose",
                                       "--format=directory",
                                       "--architectures=" + options.arch,
                                       "--variant=" + (options.only_unpack ? "extract" : options.variant)};
    std::string list;
    for (const std::string &package : options.include)
        list += (list.empty() ? "" : ",") + package;
    if (!list.empty())
        arguments.push_back("--include=" + list);
    arguments.push_back(options.suite);
    arguments.push_back(directory);
    if (!options.mirror.empty())
        arguments.push_back(options.mirror);
    return arguments;
}

} // namespace

Result<void> bootstrap(const std::string &directory, const BootstrapOptions &options, Reporter &reporter) {
    if (auto checked = check(options); !checked)
        return checked;
    const auto root = open_tree_root(directory);
    if (!root)
        return tl::unexpected(root.error());

    sys::must(::setenv("LC_ALL", "C.UTF-8", 1), "set LC_ALL"); // its lines are read here
    auto arguments = command(directory, options);
    const Child child = run(arguments);
    int exec_error = 0;
    if (::read(child.exec_error.get(), &exec_error, sizeof exec_error) != sizeof exec_error)
        exec_error = 0;
    const AptProgress progress = follow(child.output.get(), reporter);
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0)
        if (errno != EINTR)
            sys::breakage("wait for mmdebstrap");
    const auto made = judge(status, exec_error, progress);
    return made && !options.only_unpack ? complete_root(root->get()) : made;
}

} // namespace frank::tree
