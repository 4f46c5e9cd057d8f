// SOCK_SEQPACKET with descriptors: one message is one record.
#pragma once

#include "daemon/sys/fd.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frank::sys {

struct Message {
    std::vector<std::byte> bytes;
    std::vector<Fd> fds; ///< all O_CLOEXEC
};

/// False when the peer is gone (EPIPE, ECONNRESET). Never raises SIGPIPE.
bool send_message(int socket, std::span<const std::byte> bytes, std::span<const int> fds);

enum class Received { message, end, nothing_yet };
/// `limit`: a longer record is breakage (EMSGSIZE). More than `max_fds` descriptors: the surplus is closed,
/// EMSGSIZE.
Received receive_message(int socket, Message &message, std::size_t limit, std::size_t max_fds);

/// Non-blocking listener at `path` (mode 0600), which must not exist yet.
Fd listen_seqpacket(const std::string &path, int backlog);
/// Throws std::system_error; non-blocking afterwards.
Fd connect_seqpacket(const std::string &path);
/// A connected pair, O_CLOEXEC.
std::pair<Fd, Fd> seqpacket_pair();
uid_t peer_uid(int socket);

} // namespace frank::sys
