#include "daemon/plan/emulator_version.hpp"

#include "daemon/plan/printable.hpp"

#include <charconv>

namespace frank::plan {

namespace {

/// 0: it does not tell.
unsigned major_of(std::string_view version) {
    constexpr std::string_view before = " version "; // "qemu-arm version 7.2.22 (Debian 1:7.2+dfsg-7)"
    const std::size_t at = version.find(before);
    unsigned number = 0;
    if (at != std::string_view::npos)
        (void)std::from_chars(version.data() + at + before.size(), version.data() + version.size(), number);
    return number;
}

} // namespace

Result<void> check_watch(Watch watch, std::string_view version) {
    // -strace writes where -D says, and -g takes a path, since QEMU 5; 6 is the first that all of it was
    // tried with.
    constexpr unsigned first = 6;
    if (watch == Watch::none || major_of(version) >= first)
        return {};
    return refuse(Error::no_emulator, std::string(watch == Watch::trace ? "tracing" : "debugging") +
                                          " needs QEMU 6 or later, and the emulator says it is \"" +
                                          printable(version, 100) + "\": give a newer one with --emulator");
}

} // namespace frank::plan
