#include "daemon/guest/init_control.hpp"
#include "daemon/guest/init_jobs.hpp"
#include "daemon/guest/init_log.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

namespace frank::guest {

namespace {

enum Fixed : std::size_t { at_signals, at_lifeline, at_listener, at_connection, fixed_count };

/// What one poll waits for. Entries from fixed_count on belong to jobs.
struct Watch {
    pollfd entries[fixed_count + 2 * plan::init_max_jobs];
    std::uint16_t jobs[fixed_count + 2 * plan::init_max_jobs];
    std::size_t count = fixed_count;

    void add(std::size_t job, const Fd &fd) {
        entries[count] = {fd.get(), POLLIN, 0};
        jobs[count++] = static_cast<std::uint16_t>(job);
    }
};

void fill(Watch &watch, const Session &session) {
    const int wanted = (session.hello_due ? 0 : POLLIN) | (session.blocked ? POLLOUT : 0);
    watch.entries[at_signals] = {session.signals.get(), POLLIN, 0};
    watch.entries[at_lifeline] = {session.lifeline.get(), POLLIN, 0};
    watch.entries[at_listener] = {session.listener.get(), POLLIN, 0};
    watch.entries[at_connection] = {session.connection.get(), static_cast<short>(wanted), 0}; // poll skips -1
    watch.count = fixed_count;
    for (std::size_t i = 0; i < plan::init_max_jobs; ++i) {
        const Job &job = session.jobs[i];
        if (job.report)
            watch.add(i, job.report);
        if (job.log.from && !job.log.dry)
            watch.add(i, job.log.from);
    }
}

bool is_ready(const Watch &watch, std::size_t at) { return watch.entries[at].revents != 0; }

/// frank-launcher is gone: so is the session, at once.
void heed_lifeline(const Session &session) {
    char ignored[64];
    const ssize_t got = ::read(session.lifeline.get(), ignored, sizeof ignored);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    (void)::kill(-1, SIGKILL);
    ::_exit(0);
}

void heed_signals(Session &session) {
    signalfd_siginfo news{};
    while (::read(session.signals.get(), &news, sizeof news) == sizeof news)
        if (news.ssi_signo == SIGTERM)
            begin_shutdown(session);
    // Children are looked for on any news: SIGCHLDs that come close together are one.
    reap(session);
}

void heed_jobs(Session &session, const Watch &watch) {
    for (std::size_t at = fixed_count; at < watch.count; ++at) {
        Job &job = session.jobs[watch.jobs[at]];
        const int fd = watch.entries[at].fd;
        // What has happened since the poll may have given the slot or the number away.
        if (!is_ready(watch, at))
            continue;
        if (job.report.get() == fd)
            collect_report(job);
        else if (job.log.from.get() == fd)
            pump_log(job.log);
    }
}

int time_left(const Session &session) {
    if (!session.ending)
        return -1;
    const std::int64_t left = session.deadline - now();
    return left > 0 ? static_cast<int>(left) : 0;
}

/// Whatever is left dies; what the jobs' ends were is told as far as the connection takes it.
int finish(Session &session) {
    (void)::kill(-1, SIGKILL);
    while (!session.childless) {
        siginfo_t news{};
        (void)::waitid(P_ALL, 0, &news, WEXITED | WNOWAIT); // until there is one to reap, or none at all
        reap(session);
    }
    tell_news(session);
    return 0;
}

} // namespace

Job *find_job(Session &session, std::uint64_t id) {
    for (Job &job : session.jobs)
        if (job.state != JobState::unused && job.id == id)
            return &job;
    return nullptr;
}

Job *find_process(Session &session, pid_t pid) {
    for (Job &job : session.jobs)
        if ((job.state == JobState::starting || job.state == JobState::running) && job.pid == pid)
            return &job;
    return nullptr;
}

Job *find_unused(Session &session) {
    for (Job &job : session.jobs)
        if (job.state == JobState::unused)
            return &job;
    return nullptr;
}

std::int64_t now() {
    timespec time{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

int serve(Session &session) {
    Watch watch;
    for (;;) {
        fill(watch, session);
        if (::poll(watch.entries, watch.count, time_left(session)) < 0 && errno != EINTR && errno != ENOMEM)
            return 1;
        if (is_ready(watch, at_lifeline))
            heed_lifeline(session);
        heed_jobs(session, watch);
        if (is_ready(watch, at_signals))
            heed_signals(session);
        if (is_ready(watch, at_connection)) {
            session.blocked = session.blocked && (watch.entries[at_connection].revents & POLLOUT) == 0;
            if ((watch.entries[at_connection].revents & ~POLLOUT) != 0)
                receive_messages(session);
        }
        if (is_ready(watch, at_listener))
            accept_connection(session);
        if (session.ending && session.childless)
            return finish(session);
        if (session.ending && now() >= session.deadline)
            return finish(session);
        tell_news(session);
    }
}

} // namespace frank::guest
