#include "daemon/plan/breakage.hpp"

#include "daemon/plan/hang.hpp"
#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>

namespace frank::plan {

namespace {

/// As shells show the death of what they ran (POSIX.1, "Exit Status for Commands").
constexpr int of_a_signal = 128;
constexpr std::size_t max_quote = 160;

/// What programs say, and what it means when they say it in an emulated root. The first that fits counts.
struct Saying {
    std::string_view words;
    std::string_view name;
    std::string_view line;
};
constexpr std::array sayings{
    // qemu, linux-user/elfload.c
    Saying{"Unable to reserve 0x", "address-space",
           "the emulator could not reserve the address space of a 32-bit program: raise the limit on virtual "
           "memory (ulimit -v, LimitAS=), and see frankctl doctor for vm.mmap_min_addr and "
           "vm.overcommit_memory"},
    // frank-exec; qemu, linux-user/elfload.c; bash 5.2
    Saying{"which this root lacks", "missing-loader",
           "a program's loader is not in the root: install what its line names"},
    Saying{"Could not open '/lib", "missing-loader",
           "a program's loader is not in the root: install libc6 of the program's architecture"},
    Saying{"cannot execute: required file not found", "missing-loader",
           "a program's loader or \"#!\" interpreter is not in the root: install libc6 of the program's "
           "architecture, or the interpreter"},
    // strerror(ENOEXEC)
    Saying{
        "Exec format error", "exec-format",
        "a program is of an architecture that the session does not run, or is damaged: see what it is with "
        "`file`; frankctl show names the session's architecture"},
    // sudo 1.9
    Saying{"effective uid is not 0", "setuid",
           "a setuid program got no rights: its file system is mounted nosuid (put it on the root itself, "
           "not on "
           "/tmp or /run), or its owner is not root in the session"},
    // strerror(EOVERFLOW)
    Saying{"Value too large for defined data type", "readdir-overflow",
           "a 32-bit program met an inode number or directory position of 64 bits (readdir, stat): work on a "
           "tmpfs such as /tmp, or build with -D_FILE_OFFSET_BITS=64; frankctl show tells what its root lies "
           "on"},
    // fakeroot's faked and libfakeroot, where the emulator has no msgget, or no semtimedop
    Saying{"fakeroot, while creating message channels", "fakeroot",
           "fakeroot needs SysV messages: use fakeroot-tcp"},
    Saying{"semop(1): encountered an error", "fakeroot", "fakeroot needs SysV semaphores: use fakeroot-tcp"},
    // Go's runtime
    Saying{"runtime: lfstack.push invalid packing", "go",
           "Go's runtime breaks in some emulators (golang/go#46818): try a newer one, or build with this "
           "machine's "
           "Go and GOARCH"},
    Saying{"fatal error: found bad pointer in Go heap", "go",
           "Go's runtime breaks in emulators with more than one thread: try GOMAXPROCS=1, or build with this "
           "machine's Go and GOARCH"},
};

constexpr std::array<std::string_view, 13> names{
    "address-space",    "bus-error",           "exec-format",    "fakeroot",  "go",
    "go-hang",          "illegal-instruction", "missing-loader", "node-hang", "out-of-memory",
    "readdir-overflow", "segmentation-fault",  "setuid"};

std::string again(const JobFacts &facts, std::string_view option) {
    return "frankctl run " + std::string(option) + " " + facts.session + " -- ...";
}

std::string shown_cpu(const JobFacts &facts) { return facts.cpu.empty() ? "the default" : facts.cpu; }

Breakage of_signal(const JobFacts &facts, int number) {
    const std::string emulator = "qemu-" + facts.qemu;
    if (number == SIGILL) {
        std::string line = "a program died of SIGILL, an instruction that the CPU model " + shown_cpu(facts) +
                           " does not have";
        line += facts.cpu.starts_with("max") ? ": try another emulator: " + again(facts, "--emulator PATH")
                                             : ": try the largest one: " + again(facts, "--cpu max");
        return {"illegal-instruction", line};
    }
    const std::string name = number == SIGBUS ? "SIGBUS" : "SIGSEGV";
    return {number == SIGBUS ? "bus-error" : "segmentation-fault",
            "a program died of " + name + " in " + emulator +
                ": a bug of its own, or the emulator's; see whether it does so in another one: " +
                again(facts, "--emulator PATH") + " (frankctl emulators lists them)"};
}

bool is_telling(int number) { return number == SIGILL || number == SIGSEGV || number == SIGBUS; }

/// "qemu: uncaught target signal 11 (Segmentation fault) - core dumped" (qemu, linux-user/signal.c); the last
/// of them. 0: none.
int uncaught_signal(std::string_view log) {
    constexpr std::string_view words = "uncaught target signal ";
    const std::size_t at = log.rfind(words);
    int number = 0;
    if (at != std::string_view::npos)
        (void)std::from_chars(log.data() + at + words.size(), log.data() + log.size(), number);
    return number;
}

/// The line of `log` that holds the byte at `at`.
std::string line_at(std::string_view log, std::size_t at) {
    const std::size_t begin = log.rfind('\n', at) == std::string_view::npos ? 0 : log.rfind('\n', at) + 1;
    return printable(log.substr(begin, log.find('\n', at) - begin), max_quote);
}

bool calls(std::string_view command, std::string_view program) {
    for (std::size_t at = command.find(program); at != std::string_view::npos;
         at = command.find(program, at + 1)) {
        const std::size_t end = at + program.size();
        const bool begins = at == 0 || command[at - 1] == ' ' || command[at - 1] == '/';
        if (begins && (end == command.size() || command[end] == ' '))
            return true;
    }
    return false;
}

Breakage go_hang(const std::string &seen) {
    return {"go-hang",
            seen + "Go's tools are known to hang in emulation (golang/go#67355), less often with "
                   "GOMAXPROCS=1, which frankctl show names where it is set: try another emulator, or "
                   "this machine's Go with GOARCH"};
}

Breakage node_hang(const std::string &seen) {
    return {"node-hang",
            seen + "Node is known to hang in emulation (nodejs/docker-node#1973), less often with "
                   "UV_USE_IO_URING=0, which frankctl show names where it is set: try a newer emulator, "
                   "or do the JavaScript part outside"};
}

/// Those that are known to hang in emulation, when somebody has lost patience with them.
std::optional<Breakage> of_hang(const JobFacts &facts) {
    if (calls(facts.command, "go"))
        return go_hang("");
    for (const std::string_view program : {"node", "npm", "npx", "yarn", "pnpm"})
        if (calls(facts.command, program))
            return node_hang("");
    return std::nullopt;
}

} // namespace

bool is_idle(const JobMeasure &before, const JobMeasure &now, std::int64_t seconds,
             std::int64_t ticks_per_second) {
    constexpr std::int64_t hundredth = 100;
    const std::int64_t used = std::int64_t{now.ticks} - before.ticks;
    return used >= 0 && used * hundredth < seconds * ticks_per_second;
}

std::optional<Breakage> hang_of(std::int32_t programs, std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    const bool long_ago = seconds >= 2 * minute;
    const std::string seen = "nothing of the job has used the CPU for " +
                             std::to_string(long_ago ? seconds / minute : seconds) +
                             (long_ago       ? " minutes"
                              : seconds == 1 ? " second"
                                             : " seconds") +
                             "; unless it waits for something, cancel it: ";
    if ((programs & hang_go) != 0)
        return go_hang(seen);
    return (programs & hang_node) != 0 ? std::optional(node_hang(seen)) : std::nullopt;
}

bool is_breakage_name(std::string_view name) { return std::ranges::find(names, name) != names.end(); }

std::string breakage_names() {
    std::string list;
    for (const std::string_view name : names)
        list += (list.empty() ? "" : ", ") + std::string(name);
    return list;
}

std::optional<Breakage> recognise(const JobFacts &facts) {
    if (facts.qemu.empty() || (!facts.killed && facts.status == 0))
        return std::nullopt;
    if (facts.cancelled)
        return of_hang(facts);
    for (const Saying &saying : sayings)
        if (const std::size_t at = facts.log.rfind(saying.words); at != std::string::npos)
            return Breakage{std::string(saying.name),
                            std::string(saying.line) + " (\"" + line_at(facts.log, at) + "\")"};
    const int number = facts.killed ? facts.status : facts.status - of_a_signal;
    if (is_telling(number))
        return of_signal(facts, number);
    if (const int uncaught = uncaught_signal(facts.log); is_telling(uncaught))
        return of_signal(facts, uncaught);
    return std::nullopt;
}

} // namespace frank::plan
