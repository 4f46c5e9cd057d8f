#include "daemon/session/line_reader.hpp"

#include <array>
#include <fcntl.h>
#include <sys/epoll.h>

namespace frank::session {

namespace {

/// Pipes hold 64 KiB; a writer that still writes does not keep us here.
constexpr int last_reads = 64;

} // namespace

LineReader::LineReader(sys::EventLoop &loop, sys::Fd fd, std::function<void(std::string_view)> on_line)
    : fd_(std::move(fd)), on_line_(std::move(on_line)) {
    // Of our end alone: the two ends of a pipe are two open files.
    sys::must(::fcntl(fd_.get(), F_SETFL, O_NONBLOCK), "make pipe non-blocking");
    source_ = loop.on_io(fd_.get(), EPOLLIN, [this](std::uint32_t) { (void)read_some(); });
}

void LineReader::finish() {
    for (int i = 0; i < last_reads && fd_ && read_some(); ++i) {
    }
    source_.reset();
    fd_.reset();
    if (!line_.empty())
        on_line_(std::exchange(line_, {}));
}

bool LineReader::read_some() {
    std::array<char, 16384> buffer{};
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got > 0) {
        take({buffer.data(), static_cast<std::size_t>(got)});
        return true;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        source_.reset(); // the end stays readable: not to be told of it for ever
    return false;
}

void LineReader::take(std::string_view text) {
    while (!text.empty()) {
        // mmdebstrap and its like redraw a line by a carriage return.
        const std::size_t end = text.find_first_of("\n\r");
        const std::string_view part = text.substr(0, end);
        line_.append(part.substr(0, max_line - std::min(max_line, line_.size())));
        if (end == std::string_view::npos)
            return;
        if (!line_.empty())
            on_line_(std::exchange(line_, {}));
        text.remove_prefix(end + 1);
    }
}

} // namespace frank::session
