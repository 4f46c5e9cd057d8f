#include "daemon/session/init_link.hpp"

#include <cstring>
#include <sys/epoll.h>

namespace frank::session {

namespace {

/// More than any honest frank-init leaves unread: it has init_max_jobs slots.
constexpr std::size_t max_waiting = 1024;

bool from_init(plan::InitType type) {
    switch (type) {
    case plan::InitType::hello:
    case plan::InitType::running:
    case plan::InitType::spawned:
    case plan::InitType::spawn_failed:
    case plan::InitType::routed:
    case plan::InitType::bound:
    case plan::InitType::exited:
    case plan::InitType::looked:
    case plan::InitType::measured:
        return true;
    case plan::InitType::spawn:
    case plan::InitType::signal:
    case plan::InitType::resize:
    case plan::InitType::forget:
    case plan::InitType::shutdown:
    case plan::InitType::attach:
    case plan::InitType::detach:
    case plan::InitType::routes:
    case plan::InitType::look:
    case plan::InitType::measure:
        break;
    }
    return false;
}

} // namespace

InitLink::InitLink(sys::EventLoop &loop, sys::Fd socket, Ears ears)
    : loop_(loop), socket_(std::move(socket)), ears_(std::move(ears)),
      source_(loop.on_io(socket_.get(), EPOLLIN, [this](std::uint32_t events) { ready(events); })) {}

bool InitLink::send(plan::InitType type, JobId job, int a, int b, std::span<const std::byte> payload,
                    std::vector<sys::Fd> fds) {
    if (waiting_.size() >= max_waiting)
        return false;
    plan::InitHeader header;
    header.type = type;
    header.job = job;
    header.a = a;
    header.b = b;
    header.size = static_cast<std::uint32_t>(payload.size());
    Waiting message;
    const auto head = std::as_bytes(std::span(&header, 1));
    message.bytes.assign(head.begin(), head.end());
    message.bytes.insert(message.bytes.end(), payload.begin(), payload.end());
    message.fds = std::move(fds);
    const Sent sent = waiting_.empty() ? try_send(message) : Sent::full;
    if (sent == Sent::yes)
        return true;
    const bool first = waiting_.empty();
    waiting_.push_back(std::move(message));
    if (first)
        wait_for_room(sent);
    return true;
}

void InitLink::wait_for_room(Sent why_not) {
    constexpr std::chrono::milliseconds pause{20};
    source_.set_events(why_not == Sent::full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    if (why_not == Sent::later)
        retry_ = loop_.after(pause, [this] { flush(); });
}

InitLink::Sent InitLink::try_send(const Waiting &message) {
    std::vector<int> numbers;
    for (const sys::Fd &fd : message.fds)
        numbers.push_back(fd.get());
    try {
        // A peer that is gone shows as end of file on the reading side, with what it said before still to be
        // read.
        (void)sys::send_message(socket_.get(), message.bytes, numbers);
        return Sent::yes;
    } catch (const std::system_error &error) {
        const int code = error.code().value();
        if (code == EAGAIN)
            return Sent::full;
        // Descriptors in flight are limited too (unix(7)), and no event tells when they are fewer.
        if (code == ENOBUFS || code == ETOOMANYREFS)
            return Sent::later;
        throw;
    }
}

void InitLink::flush() {
    while (!waiting_.empty()) {
        Sent sent = Sent::yes;
        try {
            sent = try_send(waiting_.front());
        } catch (const std::system_error &error) {
            return close(error.what());
        }
        if (sent != Sent::yes)
            return wait_for_room(sent);
        waiting_.pop_front();
    }
    source_.set_events(EPOLLIN);
}

void InitLink::ready(std::uint32_t events) {
    if ((events & EPOLLOUT) != 0)
        return flush(); // which may close; what is to be read is told again
    receive();
}

// One message for each wake-up, and nothing after the call: whoever hears it may destroy us.
void InitLink::receive() {
    sys::Message message;
    sys::Received got = sys::Received::end;
    try {
        got = sys::receive_message(socket_.get(), message, sizeof(plan::InitHeader), 1);
    } catch (const std::system_error &error) {
        return close(error.what());
    }
    if (got == sys::Received::nothing_yet)
        return;
    if (got == sys::Received::end)
        return close("");
    plan::InitHeader header;
    if (message.bytes.size() != sizeof header)
        return close("a message of the wrong size");
    std::memcpy(&header, message.bytes.data(), sizeof header);
    if (header.magic != plan::init_magic || header.size != 0 || !from_init(header.type))
        return close("a message that is not of this protocol");
    if (!message.fds.empty() && header.type != plan::InitType::spawned &&
        header.type != plan::InitType::routed)
        return close("a descriptor that nobody asked for");
    ears_.message(header, message.fds.empty() ? sys::Fd() : std::move(message.fds.front()));
}

void InitLink::close(const std::string &why) {
    source_.reset();
    retry_.reset();
    waiting_.clear();
    const auto closed = std::move(ears_.closed); // the call may destroy us
    closed(why);
}

} // namespace frank::session
