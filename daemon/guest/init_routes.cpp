#include "daemon/guest/init_routes.hpp"

#include "daemon/guest/init_table.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace frank::guest {

namespace {

// As plan/mount_plan.cpp, plan/twin.hpp and guest/exec_twin.cpp have them.
constexpr const char *place = "/run/frankend/accel";
constexpr const char *calls = "/run/frankend/accel/calls";
constexpr const char *twins = "/run/frankend/native";
/// Two million calls; frankend empties the file when it has read it.
constexpr const char *options = "mode=0755,size=16m";

/// Once in a session: memory for tables and calls.
int prepare(Session &session) {
    if (session.calls)
        return 0;
    if (::mount("frankend", place, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0)
        return errno;
    Fd file(::open(calls, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    // Whoever runs programs adds to it; what is in it is for figures alone.
    if (!file || ::fchmod(file.get(), 0622) < 0)
        return errno;
    session.calls = std::move(file);
    return 0;
}

/// A mount that was made outside and is attached nowhere yet.
int attach(Session &session, const Fd &mount) {
    if (session.has_twins && ::umount2(twins, MNT_DETACH) < 0)
        return errno;
    session.has_twins = false;
    if (::syscall(SYS_move_mount, mount.get(), "", AT_FDCWD, twins, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return errno;
    session.has_twins = true;
    return 0;
}

/// "/run/frankend/accel/table-N": a bind mount keeps its file, so each has one of its own.
class TablePath {
  public:
    explicit TablePath(unsigned number) {
        char digits[12];
        std::size_t count = 0;
        for (unsigned rest = number; rest > 0 || count == 0; rest /= 10)
            digits[count++] = static_cast<char>('0' + rest % 10);
        for (std::size_t at = std::strlen(text_); count > 0; ++at)
            text_[at] = digits[--count];
    }
    const char *text() const { return text_; }

  private:
    char text_[48] = "/run/frankend/accel/table-";
};

int lay(Session &session, const Fd &table) {
    // The name stays: over a file that has none the kernel mounts nothing more.
    const TablePath path(session.tables++);
    const int error = copy_file(table, path.text(), 0444);
    return error == 0 ? cover_table(path.text()) : error;
}

} // namespace

void take_routes(Session &session, bool with_twins, std::span<Fd> fds) {
    int error = fds.size() == (with_twins ? 2U : 1U) ? 0 : EINVAL;
    if (error == 0)
        error = prepare(session);
    if (error == 0 && with_twins)
        error = attach(session, fds[0]);
    if (error == 0)
        error = lay(session, fds.back());
    session.routed_error = error;
    session.tell_routed = true;
}

} // namespace frank::guest
