#include "client/log_reader.hpp"

#include "client/polkit_agent.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>

namespace frank::client {

using namespace std::chrono_literals;

namespace {

void write_all(const char *bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t written = ::write(STDOUT_FILENO, bytes, count);
        if (written >= 0) {
            bytes += written;
            count -= static_cast<std::size_t>(written);
        } else if (errno == EAGAIN) { // whoever shares this open file made it non-blocking
            pollfd sink{STDOUT_FILENO, POLLOUT, 0};
            (void)::poll(&sink, 1, -1);
        } else if (errno != EINTR) {
            throw system_failure("cannot write to standard output");
        }
    }
}

} // namespace

void LogReader::catch_up() {
    std::array<char, 65536> buffer{};
    for (;;) {
        // At an offset of our own: the position of the open file may be shared with other readers.
        const ssize_t count = ::pread(log_.get(), buffer.data(), buffer.size(), offset_);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            throw system_failure("cannot read the log");
        if (count == 0)
            return;
        write_all(buffer.data(), static_cast<std::size_t>(count));
        offset_ += count;
    }
}

LogReader open_log(DaemonLink &link, const std::string &id) {
    JobRemote job = link.job(id);
    return authorised(link.globals(), [&](bool interactive) {
        return asked(job_title(id), [&] {
            const sdbus::UnixFd log = job.OpenLog({{"interactive", sdbus::Variant{interactive}}});
            Fd own(fcntl(log.get(), F_DUPFD_CLOEXEC, 0));
            if (!own)
                throw system_failure("fcntl");
            return LogReader(std::move(own));
        });
    });
}

JobEnd follow_log(DaemonLink &link, LogReader &log, const std::string &id) {
    EventLoop loop(link.connection());
    // Looked at ten times a second: the log belongs to frankend, and inotify refuses a watch on a file that
    // the caller may not open by itself.
    loop.each(100ms, [&log] { log.catch_up(); });
    log.catch_up();
    JobEnd end = wait_for_end(link, loop, contract::job_path(id));
    log.catch_up();
    return end;
}

} // namespace frank::client
