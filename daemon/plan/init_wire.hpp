// frankend ↔ frank-init: SOCK_SEQPACKET messages over the session's control socket. Plain data, so that the
// static guest program can use it. frankend treats what frank-init says as untrusted: it can be forged by the
// session's root.
//
// One message: InitHeader, then `size` bytes; descriptors by SCM_RIGHTS.
#pragma once

#include <cstddef>
#include <cstdint>

namespace frank::plan {

inline constexpr std::uint32_t init_magic = 0x31494e46; // "FNI1"
inline constexpr std::size_t init_max_payload = std::size_t{72} * 1024;
inline constexpr std::size_t init_max_fds = 32;
inline constexpr std::size_t init_max_jobs = 512;
inline constexpr std::size_t init_max_questions = 64; ///< answered by the bits of a word
/// A control socket's listener, inherited by frank-init.
inline constexpr int init_control_fd = 3;
/// A socket to frank-launcher, inherited by frank-init: when it closes, the session ends.
inline constexpr int init_lifeline_fd = 4;

enum class InitType : std::uint32_t {
    // to frank-init
    spawn = 1,    ///< job; payload SpawnHead and strings; descriptors as SpawnHead says
    signal = 2,   ///< job, a = signal number, to the job's process group
    resize = 3,   ///< job, a = rows, b = columns
    forget = 4,   ///< job: its end has been recorded, its slot may be used again
    shutdown = 5, ///< end every process and exit
    attach = 21,  ///< job = a number; payload: a path, NUL-terminated; a detached mount of a directory, to be
                  ///< seen there; answered by bound
    detach = 22,  ///< job = a number; payload: such a path; answered by bound
    routes = 20,  ///< an exec table in place of the session's; a = 1: before it, a mount of native twins
    look =
        6, ///< payload: questions, each a list of paths and glibc rules (plan/glibc.hpp), NUL-terminated, and
           ///< an empty string; a = 1: and which numbers its file system has; answered by looked
    measure = 7, ///< job; answered by measured
    // from frank-init
    hello = 100, ///< first message on every connection; a = number of job messages that follow, job = which
    ///< architectures the root held programs of at the start: ArchSet's bits, 0: it does not tell
    running = 101,      ///< job (after hello)
    spawned = 102,      ///< job, a = pid inside; with a terminal its master as a descriptor
    spawn_failed = 103, ///< job, a = errno, b = SpawnStage
    routed = 120, ///< a = errno; with a descriptor, where it worked: the file of calls (plan/exec_table.hpp)
    bound = 121,  ///< job = the number that attach or detach had, a = errno
    exited = 104, ///< job, a = wait status (waitpid(2)); repeated after hello until forgotten
    looked =
        105, ///< job, bit by bit: of question N the root holds a path, and all rules hold; where that was
             ///< asked, a = WideNumbers's bits, b = statfs(2)'s f_type
    measured = 106, ///< job, a = JobMeasure's ticks, b = its programs; of none that runs: nothing is told
};

struct InitHeader {
    std::uint32_t magic = init_magic;
    InitType type{};
    std::uint64_t job = 0;
    std::int32_t a = 0;
    std::int32_t b = 0;
    std::uint32_t size = 0; ///< bytes that follow
    std::uint32_t reserved = 0;
};

enum SpawnFlags : std::uint32_t {
    spawn_tty = 1U << 0,      ///< a terminal of the session's own is 0, 1 and 2
    spawn_log = 1U << 1,      ///< 1 and 2 (or the terminal) go to the log, which is the last descriptor
    spawn_login = 1U << 2,    ///< argv is empty: the user's login shell
    spawn_table = 1U << 3,    ///< an exec table of its own follows the descriptors of the command
    spawn_emulator = 1U << 4, ///< and then an emulator, which that table knows as /run/frankend/job/emulator
    spawn_trace = 1U << 5,    ///< and then where the trace of its programs goes (Watch::trace)
    spawn_debug = 1U << 6,    ///< or a debugger's connection (Watch::debug)
    spawn_limits = 1U << 7,   ///< SpawnLimits follow the head
};

/// Soft limits (setrlimit(2)), as far as the hard ones allow. 0: as it is.
struct SpawnLimits {
    std::uint64_t stack = 0;
    std::uint64_t nofile = 0;
    std::uint64_t nproc = 0;

    bool operator==(const SpawnLimits &) const = default;
};

/// Then, NUL-terminated, one after another: user, cwd, argc arguments, envc "KEY=VALUE" entries.
struct SpawnHead {
    std::uint32_t flags = 0;
    std::uint32_t argc = 0;
    std::uint32_t envc = 0;
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
    std::uint32_t fd_count = 0;                  ///< descriptors that follow, the log not counted
    std::uint32_t fd_numbers[init_max_fds] = {}; ///< what each is to be in the command
    std::uint64_t log_limit = 0;                 ///< bytes the log may grow to; what comes later is dropped
};

/// What frank-init was doing for a job when it failed.
enum class SpawnStage : std::int32_t {
    none = 0,
    slots = 1,   ///< too many jobs
    message = 2, ///< the message did not parse
    user = 3,    ///< no such user
    terminal = 4,
    fork = 5,
    directory = 6, ///< the working directory
    credentials = 7,
    descriptors = 8,
    not_found = 9, ///< exec: no such command
    execute = 10,  ///< exec: it is there and cannot be run
    table = 11,    ///< its own exec table could not be laid over the session's
};

} // namespace frank::plan
