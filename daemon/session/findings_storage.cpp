#include "daemon/session/findings.hpp"

#include <sys/statvfs.h>

namespace frank::session {

namespace {

constexpr std::uint64_t mebibyte = 1ULL << 20;
/// A minimal Debian root is about 300 MiB, a usable one a gigabyte.
constexpr std::uint64_t too_little = 400 * mebibyte;
constexpr std::uint64_t little = 2048 * mebibyte;

} // namespace

Finding free_space_finding(const std::string &directory, std::uint64_t free_bytes) {
    const std::string seen = std::to_string(free_bytes / mebibyte) + " MiB free in " + directory;
    if (free_bytes < too_little)
        return failure("storage", seen, "free some space: a root needs about 1 GiB");
    if (free_bytes < little)
        return warning("storage", seen, "a root needs about 1 GiB");
    return ok("storage", seen);
}

Finding storage_finding(const std::string &directory) {
    struct statvfs info {};
    if (::statvfs(directory.c_str(), &info) != 0)
        return failure("storage", directory + ": " + std::generic_category().message(errno),
                       "see that frankend can write to " + directory);
    return free_space_finding(directory, static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize);
}

Finding launcher_finding(const plan::LaunchReply &reply, const plan::LaunchRequest &request) {
    if (reply.rung == plan::Rung::none)
        return ok("frank-launcher", "answers");
    return failure("frank-launcher", plan::to_refusal(reply, request).message,
                   "systemctl start frank-launcher.socket, and see journalctl -u 'frank-launcher@*'");
}

} // namespace frank::session
