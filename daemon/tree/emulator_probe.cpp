#include "daemon/tree/emulator_probe.hpp"

#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/probe_elf.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/probe.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <vector>

namespace frank::tree {

namespace {

constexpr unsigned patience = 10; // seconds; a probe takes milliseconds
constexpr std::size_t max_words = 160;

struct Run {
    int status = -1;  ///< exit status, 128 + signal
    std::string line; ///< the first of all that it said
};

[[noreturn]] void become(const std::vector<std::string> &argv, int output) {
    std::vector<char *> arguments;
    arguments.reserve(argv.size() + 1);
    for (const std::string &argument : argv)
        arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);
    (void)::dup2(output, STDOUT_FILENO);
    (void)::dup2(output, STDERR_FILENO);
    (void)::alarm(patience); // outlives exec
    (void)::execv(arguments.front(), arguments.data());
    ::_exit(errno == ENOENT ? 127 : 126);
}

std::string read_first_line(const sys::Fd &from) {
    std::string text;
    std::array<char, 512> piece{};
    ssize_t got = 0;
    while ((got = ::read(from.get(), piece.data(), piece.size())) > 0)
        if (text.size() < piece.size())
            text.append(piece.data(), static_cast<std::size_t>(got));
    return plan::printable(text.substr(0, text.find('\n')), max_words);
}

Run run(const std::vector<std::string> &argv) {
    int ends[2] = {-1, -1};
    sys::must(::pipe2(ends, O_CLOEXEC), "make a pipe");
    const sys::Fd output(ends[0]);
    sys::Fd input(ends[1]);
    const pid_t child = sys::must(::fork(), "fork");
    if (child == 0)
        become(argv, input.get());
    input.reset();
    Run result;
    result.line = read_first_line(output);
    int status = 0;
    sys::must(::waitpid(child, &status, 0), "wait for the emulator");
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

std::string told(const Run &run) {
    constexpr int highest_signal = 64;
    if (run.status > 128 && run.status <= 128 + highest_signal)
        return "it died of signal " + std::to_string(run.status - 128);
    return run.line.empty() ? "it ended with status " + std::to_string(run.status) : run.line;
}

} // namespace

plan::Result<void> probe_emulator(const std::string &name, const std::string &cpu, Reporter &reporter) {
    const auto arch = plan::arch_by_debian_name(name);
    if (!arch || !plan::info(*arch).may_be_emulated())
        return plan::refuse(Error::unsupported_architecture, "nothing emulates '" + name + "' here");
    const std::string emulator = plan::emulator_path_in_session(*arch);
    const Run version = run({emulator, "--version"});
    if (version.status == 127 || version.status == 126)
        return plan::refuse(Error::no_emulator,
                            "the emulator cannot be executed on this machine: " + told(version));
    reporter.say("version", version.status == 0 ? version.line : "unknown");
    const ProbeFile program(*arch);
    const Run plain = run({emulator, program.path()});
    if (plain.status != plan::probe_status)
        return plan::refuse(Error::no_emulator, "the emulator does not run programs of " + name + ": " +
                                                    told(plain) + "; it must be a qemu-" +
                                                    std::string(plan::info(*arch).qemu));
    if (cpu.empty())
        return {};
    const Run modelled = run({emulator, "-cpu", cpu, program.path()});
    if (modelled.status == plan::probe_status)
        return {};
    return plan::refuse(Error::invalid_argument, "the emulator does not take the CPU model \"" +
                                                     plan::printable(cpu, 64) + "\" (" +
                                                     (modelled.status == 0 ? "it is none" : told(modelled)) +
                                                     "); list its models with: qemu-" +
                                                     std::string(plan::info(*arch).qemu) + " -cpu help");
}

} // namespace frank::tree
