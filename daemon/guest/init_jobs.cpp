#include "daemon/guest/init_jobs.hpp"

#include "daemon/guest/init_child.hpp"
#include "daemon/guest/init_control.hpp"
#include "daemon/guest/init_log.hpp"
#include "daemon/guest/init_terminal.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

namespace frank::guest {

namespace {

using plan::SpawnStage;

bool is_alive(const Job &job) { return job.state == JobState::starting || job.state == JobState::running; }

void fail(Job &job, SpawnStage stage, int error) {
    const std::uint64_t id = job.id;
    job = Job{};
    job.id = id;
    job.state = JobState::failed;
    job.failed_at = stage;
    job.error = error;
}

int make_pipe(Fd &read_end, Fd &write_end) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return errno;
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
    // Only our end: O_NONBLOCK belongs to the open file, and the other one is the command's.
    return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? errno : 0;
}

/// What a child gets that PID 1 does not keep.
struct ChildEnds {
    Fd slave, output, report;
};

int open_terminal_of(Job &job, const plan::SpawnHead &head, ChildEnds &ends) {
    Terminal terminal;
    if (const int error = open_terminal(head.rows, head.columns, terminal); error != 0)
        return error;
    ends.slave = std::move(terminal.slave);
    if (job.log.to) {
        job.log.from = std::move(terminal.master);
        job.log.terminal = true;
        return 0;
    }
    // It leaves with `spawned` and no copy stays here: the command is to get SIGHUP when the last one outside
    // closes.
    job.terminal = std::move(terminal.master);
    return ::fcntl(job.terminal.get(), F_SETFL, 0) < 0 ? errno : 0;
}

SpawnStage prepare(Job &job, const SpawnView &request, std::span<Fd> fds, ChildEnds &ends, int &error) {
    if (has_flag(request, plan::spawn_log)) {
        job.log.to = std::move(fds.back());
        job.log.left = request.head.log_limit;
    }
    if (has_flag(request, plan::spawn_tty)) {
        error = open_terminal_of(job, request.head, ends);
        if (error != 0)
            return SpawnStage::terminal;
    } else if (job.log.to) {
        error = make_pipe(job.log.from, ends.output);
        if (error != 0)
            return SpawnStage::descriptors;
    }
    error = make_pipe(job.report, ends.report);
    return error != 0 ? SpawnStage::descriptors : SpawnStage::none;
}

} // namespace

void spawn_job(Session &session, std::uint64_t id, std::span<const std::byte> payload, std::span<Fd> fds) {
    if (find_job(session, id) != nullptr)
        return refuse_spawn(session, id, SpawnStage::message, EEXIST);
    Job *const job = find_unused(session);
    if (job == nullptr || session.ending)
        return refuse_spawn(session, id, SpawnStage::slots, session.ending ? ESHUTDOWN : EAGAIN);
    job->id = id;
    SpawnView request;
    if (!parse_spawn(payload, fds.size(), request))
        return fail(*job, SpawnStage::message, EINVAL);
    ChildEnds ends;
    int error = 0;
    if (const SpawnStage stage = prepare(*job, request, fds, ends, error); stage != SpawnStage::none)
        return fail(*job, stage, error);
    const pid_t pid = ::fork();
    if (pid == 0)
        become_job({request, fds.data(), ends.slave, ends.output, ends.report, session.files});
    if (pid < 0)
        return fail(*job, SpawnStage::fork, errno);
    job->pid = pid;
    job->state = JobState::starting;
    session.childless = false;
}

void signal_job(Session &session, std::uint64_t id, int number) {
    const Job *job = find_job(session, id);
    // Only while its main process lives: then the number cannot be another's.
    if (job == nullptr || !is_alive(*job) || number < 1 || number > SIGRTMAX)
        return;
    // ESRCH: it has not made its group yet. The signal waits until it has: all are blocked until then.
    if (::kill(-job->pid, number) < 0 && errno == ESRCH)
        (void)::kill(job->pid, number);
    pid_t foreground = 0;
    if (job->log.terminal && ::ioctl(job->log.from.get(), TIOCGPGRP, &foreground) == 0 && foreground > 1 &&
        foreground != job->pid)
        (void)::kill(-foreground, number);
}

void resize_job(Session &session, std::uint64_t id, int rows, int columns) {
    const Job *job = find_job(session, id);
    if (job == nullptr || !job->log.terminal || rows < 0 || rows > UINT16_MAX || columns < 0 ||
        columns > UINT16_MAX)
        return;
    (void)set_size(job->log.from.get(), static_cast<std::uint16_t>(rows),
                   static_cast<std::uint16_t>(columns));
}

void forget_job(Session &session, std::uint64_t id) {
    Job *job = find_job(session, id);
    if (job == nullptr || job->state != JobState::exited)
        return;
    // Counted in hello's list and not told yet: the count has to come out right.
    if (job->in_replay)
        job->forgotten = true;
    else
        *job = Job{};
}

void collect_report(Job &job) {
    ChildFailure failure{};
    ssize_t got = -1;
    do {
        got = ::read(job.report.get(), &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got == sizeof failure) {
        const bool in_replay = job.in_replay;
        fail(job, failure.stage, failure.error);
        job.in_replay = in_replay;
        return;
    }
    job.report.reset();
    job.state = JobState::running;
    // A connection made since has been told `running`; its terminal has nobody left who asked for it.
    job.tell_spawned = !job.in_replay && !job.told_running;
    if (!job.tell_spawned)
        job.terminal.reset();
}

void reap(Session &session) {
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        session.childless = pid < 0 && errno == ECHILD;
        if (pid <= 0)
            return;
        Job *job = find_process(session, pid);
        if (job == nullptr)
            continue;
        if (job->state == JobState::starting)
            collect_report(*job); // it is dead: there is a report or the end of the pipe
        if (job->state != JobState::running)
            continue;
        finish_log(job->log);
        job->state = JobState::exited;
        job->wait_status = status;
        job->tell_exited = true;
    }
}

void begin_shutdown(Session &session) {
    if (session.ending)
        return;
    constexpr std::int64_t patience = 2000;
    session.ending = true;
    session.deadline = now() + patience;
    // Interactive shells ignore SIGTERM and end by SIGHUP; stopped processes see neither without SIGCONT.
    for (const int number : {SIGTERM, SIGHUP, SIGCONT})
        (void)::kill(-1, number);
}

} // namespace frank::guest
