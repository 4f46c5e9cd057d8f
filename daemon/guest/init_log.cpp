#include "daemon/guest/init_log.hpp"

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace frank::guest {

namespace {

/// How many bytes went into the file: fewer where the disk is full.
std::size_t write_some(int fd, const char *data, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t written = ::write(fd, data + done, size - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        done += static_cast<std::size_t>(written);
    }
    return done;
}

void write_note(const JobLog &log) {
    char digits[20];
    std::size_t count = 0;
    for (std::uint64_t rest = log.dropped; rest > 0; rest /= 10)
        digits[count++] = static_cast<char>('0' + rest % 10);
    char line[64];
    std::size_t used = 0;
    const auto put = [&](const char *text) {
        for (; *text != '\0'; ++text)
            line[used++] = *text;
    };
    put("[frankend: ");
    while (count > 0)
        line[used++] = digits[--count];
    put(" bytes dropped]\n");
    (void)write_some(log.to.get(), line, used);
}

/// Bytes read; 0: nothing now, or nothing ever again.
std::size_t pump(JobLog &log) {
    char buffer[32 * 1024];
    ssize_t got = -1;
    do {
        got = ::read(log.from.get(), buffer, sizeof buffer);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        // A master gives EIO when its last slave is closed. It stays open: closing it would hang up a command
        // that only let go of its terminal.
        log.dry = got == 0 || errno != EAGAIN;
        return 0;
    }
    const auto size = static_cast<std::size_t>(got);
    const std::size_t wanted = size < log.left ? size : static_cast<std::size_t>(log.left);
    const std::size_t written = write_some(log.to.get(), buffer, wanted);
    log.left = written < wanted ? 0 : log.left - written;
    log.dropped += size - written;
    return size;
}

} // namespace

void pump_log(JobLog &log) { (void)pump(log); }

void finish_log(JobLog &log) {
    if (!log.from)
        return;
    // A pipe holds 1 MiB at most (/proc/sys/fs/pipe-max-size): more is a process that still writes.
    constexpr std::size_t most = std::size_t{1024} * 1024;
    for (std::size_t total = 0; total < most;) {
        const std::size_t got = pump(log);
        if (got == 0)
            break;
        total += got;
    }
    if (log.dropped > 0)
        write_note(log);
    log = JobLog{};
}

} // namespace frank::guest
