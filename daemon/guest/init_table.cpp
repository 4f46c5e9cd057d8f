#include "daemon/guest/init_table.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace frank::guest {

namespace {

// As plan/exec_table_builder.hpp and plan/mount_plan.cpp have them.
constexpr const char *place = plan::job_directory;
constexpr const char *own_table = "/run/frankend/job/exec-table";
constexpr const char *own_emulator = "/run/frankend/job/emulator";
constexpr const char *session_table = "/run/frankend/exec-table";
constexpr unsigned long safe = MS_NOSUID | MS_NODEV;

/// Makes what the emulators of a watched job are to find. An errno; 0: done.
int prepare_watch(plan::Watch watch) {
    if (watch == plan::Watch::trace) // whatever user a program has become may write
        return ::mkfifo(plan::trace_path, 0600) < 0 || ::chmod(plan::trace_path, 0622) < 0 ? errno : 0;
    if (watch != plan::Watch::debug)
        return 0;
    if (::mkdir(plan::debug_directory, 0755) < 0 ||
        ::mount("frankend", plan::debug_directory, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0777") <
            0)
        return errno;
    const Fd ticket(::open(plan::debug_ticket, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return ticket ? 0 : errno;
}

} // namespace

int copy_file(const Fd &from, const char *to, mode_t mode) {
    const Fd file(::open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    struct stat info {};
    if (!file || ::fstat(from.get(), &info) < 0)
        return errno;
    for (off_t at = 0; at < info.st_size;) {
        const ssize_t sent =
            ::sendfile(file.get(), from.get(), &at, static_cast<std::size_t>(info.st_size - at));
        if (sent <= 0)
            return sent == 0 ? EIO : errno;
    }
    return ::fchmod(file.get(), mode) < 0 ? errno : 0;
}

int cover_table(const char *path) {
    if (::mount(path, session_table, nullptr, MS_BIND, nullptr) < 0 ||
        ::mount(nullptr, session_table, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | safe, nullptr) < 0)
        return errno;
    return 0;
}

int lay_own_table(const Fd &table, const Fd &emulator, plan::Watch watch) {
    // Ours are private already: nothing of this is seen by the rest of the session.
    if (::unshare(CLONE_NEWNS) < 0 || ::mount("frankend", place, "tmpfs", safe, "mode=0755") < 0)
        return errno;
    if (const int error = copy_file(table, own_table, 0444); error != 0)
        return error;
    if (emulator)
        if (const int error = copy_file(emulator, own_emulator, 0755); error != 0)
            return error;
    if (const int error = prepare_watch(watch); error != 0)
        return error;
    if (const int error = cover_table(own_table); error != 0)
        return error;
    return ::mount(nullptr, place, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | safe, nullptr) < 0 ? errno : 0;
}

} // namespace frank::guest
