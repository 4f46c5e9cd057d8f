// The table that frank-exec maps at every foreign exec: which emulator with which options, and the routes to
// native twins. A file of this layout, native byte order, all offsets from its start. Freestanding:
// frank-exec reads it with no allocation and trusts no offset.
#pragma once

#include <array>
#include <cstdint>

namespace frank::plan {

inline constexpr std::array<char, 8> exec_table_magic{'F', 'R', 'N', 'K', 'E', 'X', 'E', '3'};
inline constexpr std::uint32_t exec_table_max_bytes = 4U << 20;
inline constexpr std::uint32_t exec_table_max_options = 16;
inline constexpr std::uint32_t exec_table_max_rules = 64;

/// Who looks on while the programs of a job run.
enum class Watch : std::uint32_t {
    none = 0,
    trace = 1, ///< every one tells its system calls (qemu's -strace) in trace_path
    debug = 2, ///< the first one waits at its entry for a debugger (qemu's -g) on debug_path
};
/// Where frank-init puts what a job alone has, in a mount namespace of the job's own.
inline constexpr const char *job_directory = "/run/frankend/job";
/// A FIFO: nobody has it open for reading when there is nobody left to be told.
inline constexpr const char *trace_path = "/run/frankend/job/trace";
inline constexpr const char *debug_directory = "/run/frankend/job/debug";
inline constexpr const char *debug_path = "/run/frankend/job/debug/socket";
/// Whoever removes it is the first.
inline constexpr const char *debug_ticket = "/run/frankend/job/debug/first";

struct ExecTableHeader {
    std::array<char, 8> magic;
    std::uint32_t size; ///< of the whole file
    std::uint32_t emulator_count;
    std::uint32_t emulator_offset; ///< of ExecEmulator[emulator_count]
    std::uint32_t route_count;
    std::uint32_t route_offset; ///< of ExecRoute[route_count], sorted by path
    Watch watch;
};

/// For foreign files whose ELF header says this machine, class, byte order and flags. The first that fits
/// counts.
struct ExecEmulator {
    std::uint16_t machine;
    std::uint8_t elf_class;
    std::uint8_t data;
    std::uint32_t flags_mask; ///< the bits of e_flags that count
    std::uint32_t flags_value;
    std::uint32_t path;         ///< offset of a NUL-terminated absolute path
    std::uint32_t options;      ///< offset of option_count NUL-terminated strings, one after another
    std::uint32_t option_count; ///< at most exec_table_max_options
};

/// What a route says besides: strings whose first character is one of these.
struct RouteRule {
    static constexpr char argument = '=';   ///< an argument that is this: the guest's own file runs
    static constexpr char prefix = '^';     ///< an argument that begins so: the same
    static constexpr char not_called = '*'; ///< called by this name, in whatever directory: the same
    static constexpr char variable = '$';   ///< a variable of this name in the environment: the same
    static constexpr char within =
        '~'; ///< where the environment has this, no variable counts: a part of a call
    static constexpr char setting = '+';     ///< KEY=VALUE, for the twin's environment
    static constexpr char exchange = '<';    ///< an argument that is this is exchanged for ...
    static constexpr char exchange_by = '>'; ///< ... this, the string after it
    /// The last part of argv[0] is one of these, where there are any: else the guest's own file runs.
    static constexpr char called = '@';
    static constexpr char first = '&';  ///< goes before the caller's arguments ...
    static constexpr char unless = ','; ///< ... but where the first of those begins so; there ...
    static constexpr char needs = ';';  ///< ... an argument is to be this, else the guest's own file runs
    /// The twin is watched: where it dies of a fault, or ends with this status (a number; none: no status
    /// counts), the guest's own file does the work. For tools that write a file and do not read standard
    /// input.
    static constexpr char watched = '!';
    /// An argument that begins so and that a `prefix` leaves to the guest's own: where the twin is watched,
    /// it is tried all the same, and what it wrote counts ...
    static constexpr char tried = '?';
    /// ... unless its file holds this: then the guest's own does the work.
    static constexpr char doubt = '#';
    /// An argument that is this: what the twin makes is not doubted, and what it is tried for is its own.
    static constexpr char trusted = '%';
    /// Near the end of the file that a watched twin wrote the last of this is exchanged for ...
    static constexpr char signature = '{';
    static constexpr char signature_by = '}'; ///< ... this, the string after it
};

/// Valid only while the guest's file is still the one that was verified.
struct ExecRoute {
    std::uint32_t path;       ///< guest path
    std::uint32_t native;     ///< the twin
    std::uint32_t rules;      ///< offset of rule_count strings, one after another
    std::uint32_t rule_count; ///< at most exec_table_max_rules
    std::uint64_t device;
    std::uint64_t inode;
    std::uint64_t size;
    std::int64_t mtime_seconds;
    std::uint32_t mtime_nanoseconds;
    std::uint32_t counter; ///< what its calls are counted as, from 1
};

/// One record of the file of calls, written at every foreign exec of a session that has routes.
struct ExecCall {
    std::uint16_t counter; ///< 0: a program without a route
    std::uint16_t native;  ///< 1: the twin ran
    std::int32_t group;    ///< session id (getsid(2)) of the caller, inside: a job's first process
};

} // namespace frank::plan
