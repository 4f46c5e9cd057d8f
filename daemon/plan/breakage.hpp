// What went wrong in an emulated program, recognised from how its job ended and the last words in its log.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace frank::plan {

/// A known way for emulation to break. Both empty: none.
struct Breakage {
    std::string name; ///< one of breakage_names()
    std::string line; ///< what happened and what to do, for people

    bool operator==(const Breakage &) const = default;
};

struct JobFacts {
    std::string session;
    std::string qemu; ///< the NAME of qemu-NAME; empty: nothing is emulated
    std::string cpu;  ///< the model it shows; empty: qemu's own default
    std::string command;
    bool killed = false;    ///< by the signal `status`; else it exited with it
    bool cancelled = false; ///< somebody asked for its end
    int status = 0;
    std::string log; ///< the last of it, any bytes; empty: none
};

/// As much of a log's end as recognise() looks at.
inline constexpr std::size_t breakage_log_bytes = 8192;

std::optional<Breakage> recognise(const JobFacts &facts);

bool is_breakage_name(std::string_view name);
/// "address-space, bus-error, ..."
std::string breakage_names();

} // namespace frank::plan
