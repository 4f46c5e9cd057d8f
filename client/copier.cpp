#include "client/copier.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace frank::client {

namespace {

/// More than any pipe or terminal holds: a pipe has 64 KiB, up to 1 MiB where its owner asked for it.
constexpr std::size_t settle_limit = std::size_t{2} << 20U;

bool is_readable_now(int fd) {
    pollfd source{fd, POLLIN, 0};
    return ::poll(&source, 1, 0) > 0;
}

bool is_temporary(int error) { return error == EAGAIN || error == EINTR; }

} // namespace

Copier::Copier(EventLoop &loop, Fd from, Fd to, std::string_view farewell)
    : from_(std::move(from)), to_(std::move(to)), farewell_(farewell) {
    sink_blocks_ = (fcntl(to_.get(), F_GETFL) & O_NONBLOCK) == 0;
    loop.watch(
        from_.get(), [this] { return wanted_of_source(); }, [this](short) { fill(); });
    loop.watch(
        to_.get(), [this] { return wanted_of_sink(); }, [this](short) { flush(); });
}

short Copier::wanted_of_source() const {
    return from_ && begin_ == end_ && !source_ended_ ? short{POLLIN} : short{0};
}

short Copier::wanted_of_sink() const { return to_ && begin_ != end_ ? short{POLLOUT} : short{0}; }

void Copier::rework(std::size_t growth, std::function<std::string(std::string_view)> how) {
    growth_ = growth;
    rework_ = std::move(how);
}

void Copier::fill() {
    const ssize_t count = ::read(from_.get(), buffer_.data(), buffer_.size() / growth_ - (rework_ ? 1 : 0));
    if (count < 0 && is_temporary(errno))
        return;
    begin_ = 0;
    // EIO is how a terminal says that the other side is gone.
    if (count > 0) {
        end_ = static_cast<std::size_t>(count);
        if (rework_)
            end_ = rework_(std::string_view(buffer_.data(), end_)).copy(buffer_.data(), buffer_.size());
    } else {
        source_ended_ = true;
        end_ = farewell_.copy(buffer_.data(), buffer_.size());
    }
    settled_ += end_;
    if (!sink_blocks_ || begin_ == end_)
        flush();
}

void Copier::flush() {
    while (begin_ != end_) {
        // poll() promises PIPE_BUF bytes of room: more could block where the descriptor does.
        const std::size_t most = sink_blocks_ ? std::size_t{PIPE_BUF} : buffer_.size();
        const ssize_t count = ::write(to_.get(), &buffer_[begin_], std::min(end_ - begin_, most));
        if (count < 0 && is_temporary(errno))
            return;
        if (count < 0) {
            finish(End::sink);
            return;
        }
        begin_ += static_cast<std::size_t>(count);
        if (sink_blocks_)
            break;
    }
    if (source_ended_ && begin_ == end_)
        finish(End::source);
}

void Copier::finish(End end) {
    stop();
    if (on_end_)
        on_end_(end);
}

void Copier::stop() {
    begin_ = end_ = 0;
    from_.close();
    to_.close();
}

bool Copier::settle() {
    if (!from_)
        return false;
    if (!settling_)
        settled_ = 0;
    settling_ = true;
    if (begin_ != end_ || source_ended_)
        return true;
    if (settled_ < settle_limit && is_readable_now(from_.get()))
        return true;
    stop();
    return false;
}

} // namespace frank::client
