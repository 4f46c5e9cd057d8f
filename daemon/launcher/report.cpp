#include "daemon/launcher/report.hpp"

#include "daemon/launcher/syscalls.hpp"

#include <array>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace frank::launcher {

namespace {

/// One record: a failure, or (rung none) the session's pid with its pidfd.
struct Record {
    Failure failure;
    pid_t session = 0;
};

bool send_record(int socket, const Record &record, int fd) noexcept {
    iovec part{const_cast<Record *>(&record), sizeof record};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    if (fd >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    }
    return ::sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof record);
}

bool receive_record(int socket, Record &record, sys::Fd &fd) {
    iovec part{&record, sizeof record};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof record))
        return false;
    if (const cmsghdr *head = CMSG_FIRSTHDR(&message); head != nullptr && head->cmsg_type == SCM_RIGHTS) {
        int number = -1;
        std::memcpy(&number, CMSG_DATA(head), sizeof number);
        fd = sys::Fd(number);
    }
    return true;
}

void reap_all() {
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
}

} // namespace

void report_and_exit(int report, const Failure &why) noexcept {
    (void)send_record(report, Record{why, 0}, -1);
    ::_exit(1);
}

bool report_session(int report, pid_t session, int pidfd) noexcept {
    return send_record(report, Record{{}, session}, pidfd);
}

Started await_session(int report, pid_t builder) {
    Started started;
    Record record;
    Failure why = failure(plan::Rung::namespaces, ECHILD, "(the builder died)");
    bool good = false;
    for (;;) {
        sys::Fd fd;
        if (!receive_record(report, record, fd))
            break;
        if (record.failure.rung != plan::Rung::none) {
            why = record.failure;
            good = false;
            break;
        }
        started.init_pid = record.session;
        started.init_pidfd = std::move(fd);
        good = true;
    }
    // An end that nobody reported: killed from outside, before frank-init ran.
    pollfd ended{started.init_pidfd.get(), POLLIN, 0};
    if (good && ::poll(&ended, 1, 0) != 0)
        good = false;
    if (!good) {
        if (started.init_pidfd)
            (void)pidfd_kill(started.init_pidfd.get(), SIGKILL);
        reap_all(); // the session dies with the builder: its gate closes
        throw LaunchError{why};
    }
    (void)::waitpid(builder, nullptr, 0);
    return started;
}

} // namespace frank::launcher
