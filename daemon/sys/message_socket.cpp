#include "daemon/sys/message_socket.hpp"

#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace frank::sys {

namespace {

constexpr std::size_t kernel_max_fds = 253; // SCM_MAX_FD in Linux' include/net/scm.h

std::vector<Fd> take_fds(const msghdr &header) {
    std::vector<Fd> fds;
    for (cmsghdr *part = CMSG_FIRSTHDR(&header); part != nullptr;
         part = CMSG_NXTHDR(const_cast<msghdr *>(&header), part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        fds.reserve(fds.size() + count);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            fds.emplace_back(fd);
        }
    }
    return fds;
}

sockaddr_un address_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        errno = path.empty() ? EINVAL : ENAMETOOLONG;
        breakage("use socket path " + path);
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr *generic(const sockaddr_un &address) { return reinterpret_cast<const sockaddr *>(&address); }

[[noreturn]] void too_long() {
    errno = EMSGSIZE;
    breakage("receive message");
}

} // namespace

bool send_message(int socket, std::span<const std::byte> bytes, std::span<const int> fds) {
    if (bytes.empty() ||
        fds.size() > kernel_max_fds) { // an empty record looks like the end of the connection
        errno = EINVAL;
        breakage("send message");
    }
    iovec part{const_cast<std::byte *>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    std::vector<std::byte> control(fds.empty() ? 0 : CMSG_SPACE(fds.size_bytes()));
    if (!fds.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
        return false;
    must(sent, "send message");
    return true;
}

Received receive_message(int socket, Message &message, std::size_t limit, std::size_t max_fds) {
    message.fds.clear();
    message.bytes.resize(limit);
    iovec part{message.bytes.data(), message.bytes.size()};
    alignas(cmsghdr) std::byte control[CMSG_SPACE(kernel_max_fds * sizeof(int))];
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    ssize_t got = -1;
    do {
        got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        message.bytes.clear();
        if (errno == EAGAIN)
            return Received::nothing_yet;
        if (errno == ECONNRESET)
            return Received::end;
        breakage("receive message");
    }
    // Owned from here on: whatever is wrong with the record, its descriptors are closed.
    std::vector<Fd> fds = take_fds(header);
    message.bytes.resize(static_cast<std::size_t>(got));
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || fds.size() > max_fds)
        too_long();
    if (got == 0)
        return Received::end;
    message.fds = std::move(fds);
    return Received::message;
}

Fd listen_seqpacket(const std::string &path, int backlog) {
    const sockaddr_un address = address_of(path);
    Fd fd(must(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make socket"));
    // Before bind: the file gets the socket's own mode, so there is no moment in which others could connect.
    must(::fchmod(fd.get(), 0600), "chmod socket");
    if (::bind(fd.get(), generic(address), sizeof address) < 0)
        breakage("bind socket " + path);
    must(::listen(fd.get(), backlog), "listen on socket");
    return fd;
}

Fd connect_seqpacket(const std::string &path) {
    const sockaddr_un address = address_of(path);
    // Non-blocking from the start: a listener whose backlog is full is EAGAIN, not a wait.
    Fd fd(must(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make socket"));
    if (::connect(fd.get(), generic(address), sizeof address) < 0)
        breakage("connect to " + path);
    return fd;
}

std::pair<Fd, Fd> seqpacket_pair() {
    int ends[2] = {-1, -1};
    must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "make socket pair");
    return {Fd(ends[0]), Fd(ends[1])};
}

uid_t peer_uid(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    must(::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size), "ask for peer's uid");
    return peer.uid;
}

} // namespace frank::sys
