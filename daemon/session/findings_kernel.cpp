#include "daemon/session/findings.hpp"

#include "daemon/session/landlock.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <charconv>
#include <sys/utsname.h>

namespace frank::session {

namespace {

constexpr int landlock_with_scopes = 6;
/// Each session takes one; each workshop, too.
constexpr std::uint64_t few_namespaces = 64;

/// Nothing where a sandboxed service does not see it.
std::optional<std::uint64_t> tunable(const char *directory, const char *name) {
    std::string text;
    try {
        text = sys::read_file(open_directory(directory).get(), name, 64).value_or("");
    } catch (const std::system_error &) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        return std::nullopt;
    return value;
}

} // namespace

Finding ok(std::string check, std::string seen) { return {std::move(check), "ok", std::move(seen), ""}; }

Finding warning(std::string check, std::string seen, std::string remedy) {
    return {std::move(check), "warning", std::move(seen), std::move(remedy)};
}

Finding failure(std::string check, std::string seen, std::string remedy) {
    return {std::move(check), "failure", std::move(seen), std::move(remedy)};
}

Finding user_namespaces_finding(std::uint64_t limit) {
    const std::string seen = "at most " + std::to_string(limit);
    if (limit == 0)
        return failure("user namespaces", "switched off", "sysctl user.max_user_namespaces=15000");
    if (limit < few_namespaces)
        return warning("user namespaces", seen, "sysctl user.max_user_namespaces=15000");
    return ok("user namespaces", seen);
}

Finding landlock_finding(int version) {
    if (version >= landlock_with_scopes)
        return ok("landlock", "version " + std::to_string(version) + ": abstract sockets can be fenced off");
    return warning(
        "landlock", version == 0 ? "not there" : "version " + std::to_string(version) + ", without scopes",
        "sessions get a network of their own (frank-net: TCP and UDP outward) instead of this machine's; "
        "Linux 6.12 or later with lsm=landlock has the faster one");
}

std::vector<Finding> memory_findings(std::uint64_t lowest_address, std::uint64_t overcommit) {
    // Programs of arm and others are linked for 0x10000 and up (their psABIs); qemu wants that place itself.
    constexpr std::uint64_t usual = 65536;
    std::vector<Finding> findings;
    if (lowest_address > usual)
        findings.push_back(warning("vm.mmap_min_addr",
                                   std::to_string(lowest_address) +
                                       ": 32-bit programs may end with \"Unable to "
                                       "reserve\"",
                                   "sysctl vm.mmap_min_addr=65536"));
    if (overcommit == 2)
        findings.push_back(
            warning("vm.overcommit_memory",
                    "2: an emulator reserves 4 GiB for each 32-bit program, which counts in full; "
                    "they may end with \"Unable to reserve\"",
                    "sysctl vm.overcommit_memory=0"));
    return findings;
}

std::vector<Finding> kernel_findings() {
    std::vector<Finding> findings;
    utsname name{};
    if (::uname(&name) == 0)
        findings.push_back(ok("kernel", std::string(name.sysname) + " " + name.release + " " + name.machine));
    if (const auto limit = tunable("/proc/sys/user", "max_user_namespaces"))
        findings.push_back(user_namespaces_finding(*limit));
    findings.push_back(landlock_finding(landlock_version()));
    return findings;
}

} // namespace frank::session
