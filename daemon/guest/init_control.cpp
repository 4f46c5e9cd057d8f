#include "daemon/guest/init_control.hpp"

#include "daemon/guest/init_bind.hpp"
#include "daemon/guest/init_jobs.hpp"
#include "daemon/guest/init_look.hpp"
#include "daemon/guest/init_measure.hpp"
#include "daemon/guest/init_numbers.hpp"
#include "daemon/guest/init_routes.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace frank::guest {

namespace {

using plan::InitHeader;
using plan::InitType;

/// False where the connection takes no more now, or is gone.
bool send(Session &session, InitType type, std::uint64_t job, int a = 0, int b = 0, int fd = -1) {
    if (!session.connection || session.blocked)
        return false;
    InitHeader header;
    header.type = type;
    header.job = job;
    header.a = a;
    header.b = b;
    iovec part{&header, sizeof header};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof fd)] = {};
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
    }
    if (::sendmsg(session.connection.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
        return true;
    if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
        session.blocked = true;
    else
        drop_connection(session);
    return false;
}

/// The descriptors of a record, at most as many as a request may have; true where none were lost.
bool take_fds(msghdr &message, Fd (&fds)[plan::init_max_fds], std::size_t &count) {
    for (cmsghdr *part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t here = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < here; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            Fd owned(fd);
            if (count < plan::init_max_fds)
                fds[count++] = std::move(owned);
        }
    }
    return (message.msg_flags & MSG_CTRUNC) == 0;
}

void look(Session &session, const InitHeader &header, std::span<const std::byte> questions) {
    const bool numbers = header.a != 0;
    // Where the connection takes no more now, nobody waits for it.
    (void)send(session, InitType::looked, answer_questions(questions), numbers ? sample_numbers().bits() : 0,
               numbers ? static_cast<int>(file_system_type()) : 0);
}

void measure(Session &session, std::uint64_t id) {
    const Job *job = find_job(session, id);
    if (job == nullptr || job->state != JobState::running)
        return;
    const plan::JobMeasure seen = measure_job(job->pid);
    (void)send(session, InitType::measured, id, seen.ticks, seen.programs);
}

void obey(Session &session, const InitHeader &header, std::span<const std::byte> payload, std::span<Fd> fds) {
    switch (header.type) {
    case InitType::spawn:
        return spawn_job(session, header.job, payload, fds);
    case InitType::signal:
        return signal_job(session, header.job, header.a);
    case InitType::resize:
        return resize_job(session, header.job, header.a, header.b);
    case InitType::forget:
        return forget_job(session, header.job);
    case InitType::shutdown:
        return begin_shutdown(session);
    case InitType::routes:
        return take_routes(session, header.a == 1, fds);
    case InitType::attach:
        return (void)send(session, InitType::bound, header.job, attach_bind(payload, fds));
    case InitType::detach:
        return (void)send(session, InitType::bound, header.job, detach_bind(payload));
    case InitType::look:
        return look(session, header, payload);
    case InitType::measure:
        return measure(session, header.job);
    case InitType::hello:
    case InitType::running:
    case InitType::spawned:
    case InitType::spawn_failed:
    case InitType::routed:
    case InitType::bound:
    case InitType::exited:
    case InitType::looked:
    case InitType::measured:
        break;
    }
}

void read_record(Session &session, std::size_t size, bool truncated, std::span<Fd> fds) {
    InitHeader header;
    if (size < sizeof header)
        return;
    std::memcpy(&header, session.message, sizeof header);
    if (header.magic != plan::init_magic)
        return;
    if (truncated || size - sizeof header != header.size) {
        if (header.type == InitType::spawn)
            refuse_spawn(session, header.job, plan::SpawnStage::message, EMSGSIZE);
        return;
    }
    obey(session, header, {session.message + sizeof header, header.size}, fds);
}

/// True where there may be another record.
bool receive_one(Session &session) {
    iovec part{session.message, sizeof session.message};
    alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int) * plan::init_max_fds)];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(session.connection.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    Fd fds[plan::init_max_fds];
    std::size_t count = 0;
    if (got <= 0) {
        if (got == 0)
            (void)take_fds(message, fds, count);
        drop_connection(session);
        return false;
    }
    const bool whole = take_fds(message, fds, count) && (message.msg_flags & MSG_TRUNC) == 0;
    read_record(session, static_cast<std::size_t>(got), !whole, {fds, count});
    return static_cast<bool>(session.connection);
}

bool tell_hello(Session &session) {
    int count = 0;
    for (Job &job : session.jobs)
        if (job.in_replay)
            ++count;
    session.hello_due = !send(session, InitType::hello, session.needs.bits(), count);
    return !session.hello_due;
}

bool tell_replay(Session &session, Job &job) {
    const bool ended = job.state == JobState::exited;
    if (!send(session, ended ? InitType::exited : InitType::running, job.id, ended ? job.wait_status : 0))
        return false;
    job.in_replay = false;
    job.told_running = !ended;
    if (ended)
        job.tell_exited = false;
    if (job.forgotten)
        job = Job{};
    return true;
}

bool tell_job(Session &session, Job &job) {
    if (job.tell_spawned) {
        if (!send(session, InitType::spawned, job.id, job.pid, 0, job.terminal.get()))
            return false;
        job.tell_spawned = false;
        job.terminal.reset();
    }
    if (job.tell_exited) {
        if (!send(session, InitType::exited, job.id, job.wait_status))
            return false;
        job.tell_exited = false;
    }
    if (job.state == JobState::failed) {
        if (!send(session, InitType::spawn_failed, job.id, job.error, static_cast<int>(job.failed_at)))
            return false;
        job = Job{};
    }
    return true;
}

} // namespace

void accept_connection(Session &session) {
    int fd = ::accept4(session.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && session.connection) {
        // The old one is about to be replaced anyway: its number is the one we lack.
        drop_connection(session);
        fd = ::accept4(session.listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }
    Fd peer(fd);
    if (!peer)
        return;
    ucred who{};
    socklen_t size = sizeof who;
    // A process of another pid namespace has no number in ours: 0. Whoever has one is inside, and not
    // frankend.
    if (::getsockopt(peer.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) < 0 || who.pid != 0)
        return;
    drop_connection(session);
    session.connection = std::move(peer);
    session.hello_due = true;
    for (Job &job : session.jobs)
        job.in_replay = job.state != JobState::unused;
}

void drop_connection(Session &session) {
    session.connection.reset();
    session.hello_due = false;
    session.tell_routed = false;
    session.blocked = false;
    for (Job &job : session.jobs) {
        job.in_replay = false;
        job.told_running = false;
        job.tell_spawned = false;
        job.terminal.reset(); // whoever asked for it went with the connection
        if (job.state == JobState::failed || job.forgotten)
            job = Job{};
    }
}

void receive_messages(Session &session) {
    constexpr int most = 16; // then logs and children have their turn
    for (int i = 0; i < most && receive_one(session); ++i) {
    }
}

void tell_news(Session &session) {
    if (!session.connection || session.blocked || (session.hello_due && !tell_hello(session)))
        return;
    // hello's list first and in one piece, then what has happened since.
    for (Job &job : session.jobs)
        if (job.in_replay && !tell_replay(session, job))
            return;
    for (Job &job : session.jobs)
        if (!tell_job(session, job))
            return;
    if (session.tell_routed && send(session, InitType::routed, 0, session.routed_error, 0,
                                    session.routed_error == 0 ? session.calls.get() : -1))
        session.tell_routed = false;
}

void refuse_spawn(Session &session, std::uint64_t id, plan::SpawnStage stage, int error) {
    (void)send(session, InitType::spawn_failed, id, error, static_cast<int>(stage));
}

} // namespace frank::guest
