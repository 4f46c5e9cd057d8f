// Programs that are known to hang in emulation, and what a job looks like in which one does: nothing of it
// uses the CPU any more. No allocation and no exception in this header: frank-init uses it too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace frank::plan {

struct Breakage;

/// Bits: several may run in one job.
enum HangProgram : std::int32_t { hang_none = 0, hang_go = 1, hang_node = 2 };

struct JobMeasure {
    std::int32_t ticks = 0;    ///< of CPU time so far, by sysconf(_SC_CLK_TCK); may wrap
    std::int32_t programs = 0; ///< HangProgram's bits
};

/// Which of them runs behind these arguments (/proc/PID/cmdline): frank-exec has given the emulator "-0", the
/// name that the program was called by, and its path; a native program has its name first.
inline std::int32_t hang_program(std::string_view arguments) {
    constexpr int most_options = 16;
    const auto take = [&arguments] {
        const std::size_t end = arguments.find('\0');
        const std::string_view word{arguments.data(), end == std::string_view::npos ? arguments.size() : end};
        arguments.remove_prefix(end == std::string_view::npos ? arguments.size() : end + 1);
        return word;
    };
    std::string_view program = take();
    for (int i = 0; i < most_options && !arguments.empty(); ++i)
        if (take() == "-0") {
            (void)take();
            program = take();
            break;
        }
    if (const std::size_t slash = program.rfind('/'); slash != std::string_view::npos)
        program.remove_prefix(slash + 1);
    if (program == "go")
        return hang_go;
    return program == "node" || program == "nodejs" ? hang_node : hang_none;
}

/// Less than a hundredth of one CPU in all that time is no work: a program that waits for a lock uses none.
bool is_idle(const JobMeasure &before, const JobMeasure &now, std::int64_t seconds,
             std::int64_t ticks_per_second);
/// Nothing where none of them runs.
std::optional<Breakage> hang_of(std::int32_t programs, std::int64_t seconds);

} // namespace frank::plan
