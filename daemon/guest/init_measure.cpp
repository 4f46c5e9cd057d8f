#include "daemon/guest/init_measure.hpp"

#include "daemon/guest/init_directory.hpp"

#include <charconv>
#include <span>
#include <string_view>

namespace frank::guest {

namespace {

constexpr std::size_t max_processes = 32768; // of the whole session: looked at, not kept

/// As much as `buffer` takes.
std::string_view read_text(int directory, const char *path, std::span<char> buffer) {
    const Fd file(::openat(directory, path, O_RDONLY | O_CLOEXEC));
    if (!file)
        return {};
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    return {buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

struct Stat {
    std::int64_t session = 0;
    std::int64_t ticks = 0;
};

/// proc_pid_stat(5): behind the name in parentheses come state, ppid, pgrp, session (6), ..., utime, stime,
/// cutime and cstime (14 to 17).
Stat parse_stat(std::string_view text) {
    Stat stat;
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string_view::npos)
        return stat;
    text.remove_prefix(name_end + 1);
    for (int field = 3; field <= 17 && !text.empty(); ++field) {
        text.remove_prefix(1);
        std::int64_t value = 0;
        (void)std::from_chars(text.data(), text.data() + text.size(), value);
        if (field == 6)
            stat.session = value;
        if (field >= 14)
            stat.ticks += value;
        const std::size_t space = text.find(' ');
        text.remove_prefix(space == std::string_view::npos ? text.size() : space);
    }
    return stat;
}

} // namespace

plan::JobMeasure measure_job(pid_t leader) {
    plan::JobMeasure measure;
    std::int64_t ticks = 0;
    std::size_t processes = 0;
    const Fd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
    for_each_entry(proc.get(), ".", [&](const DirectoryEntry &entry) {
        if (entry.name[0] < '1' || entry.name[0] > '9')
            return true;
        char text[2048];
        const Fd directory(::openat(proc.get(), entry.name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        const Stat stat = parse_stat(read_text(directory.get(), "stat", text));
        if (stat.session == leader) {
            ticks += stat.ticks;
            measure.programs |= plan::hang_program(read_text(directory.get(), "cmdline", text));
        }
        return ++processes < max_processes;
    });
    measure.ticks = static_cast<std::int32_t>(ticks & INT32_MAX);
    return measure;
}

} // namespace frank::guest
