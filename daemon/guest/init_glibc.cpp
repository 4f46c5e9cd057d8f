#include "daemon/guest/init_glibc.hpp"

#include "daemon/guest/init_directory.hpp"
#include "daemon/plan/root_needs.hpp"
#include "daemon/plan/root_pattern.hpp"

#include <sys/stat.h>

namespace frank::guest {

namespace {

/// Of all files and directories together: a hostile tree can have any number.
struct Budget {
    std::size_t bytes = plan::max_glibc_bytes;
    std::size_t entries = plan::max_directory_entries;
};

/// It may be a fifo or a device, which is not waited for, or a link, which leads nowhere out of the root.
std::optional<plan::GlibcVersion> version_in(int directory, Budget &budget) {
    const Fd file(::openat(directory, plan::glibc_file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode))
        return std::nullopt;
    constexpr std::size_t step = std::size_t{32} * 1024;
    char bytes[plan::max_banner_bytes + step];
    std::size_t kept = 0; ///< of what was read before, at the start of `bytes`
    for (off_t at = 0; budget.bytes >= step; budget.bytes -= step) {
        const ssize_t got = ::pread(file.get(), bytes + kept, step, at);
        if (got <= 0)
            break;
        at += got;
        const std::size_t size = kept + static_cast<std::size_t>(got);
        if (const auto version = plan::glibc_in({bytes, size}))
            return version;
        kept = size < plan::max_banner_bytes ? size : plan::max_banner_bytes;
        std::memmove(bytes, bytes + size - kept, kept);
    }
    return std::nullopt;
}

} // namespace

std::optional<plan::GlibcVersion> find_glibc() {
    Budget budget;
    std::optional<plan::GlibcVersion> found;
    for (const char *path : plan::glibc_directories) {
        const Fd directory(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (directory)
            found = version_in(directory.get(), budget);
        if (directory && !found)
            for_each_entry(directory.get(), ".", [&](const DirectoryEntry &entry) {
                if (budget.entries == 0)
                    return false;
                --budget.entries;
                if (!plan::matches(entry.name, plan::glibc_triplets))
                    return true;
                if (const Fd below(::openat(directory.get(), entry.name, O_PATH | O_DIRECTORY | O_CLOEXEC));
                    below)
                    found = version_in(below.get(), budget);
                return !found;
            });
        if (found)
            break;
    }
    return found;
}

} // namespace frank::guest
