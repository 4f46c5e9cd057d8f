// All that PID 1 of a session knows: one Session on main()'s stack. Nothing is allocated, nothing is global.
// A Job owns its descriptors; `job = Job{}` closes them and frees the slot.
#pragma once

#include "daemon/guest/fd.hpp"
#include "daemon/plan/arch_set.hpp"
#include "daemon/plan/init_wire.hpp"

#include <cstddef>
#include <cstdint>
#include <sys/resource.h>
#include <sys/types.h>

namespace frank::guest {

enum class JobState : std::uint8_t {
    unused,
    starting, ///< forked, has not executed its command yet
    running,
    exited, ///< kept until frankend has recorded it
    failed, ///< could not be started; the slot is free once frankend has been told
};

/// A job's output on its way into a file.
struct JobLog {
    Fd from; ///< a pipe's reading end or a terminal's master, non-blocking
    Fd to;
    std::uint64_t left = 0; ///< bytes that may still be written
    std::uint64_t dropped = 0;
    bool terminal = false;
    bool dry = false; ///< nobody has the other end open: not to be polled any more
};

struct Job {
    std::uint64_t id = 0;
    pid_t pid = 0;
    JobState state = JobState::unused;
    bool in_replay = false;    ///< to be told as part of hello's list
    bool told_running = false; ///< the current connection knows it from hello's list
    bool tell_spawned = false; ///< to be told when the list is through
    bool tell_exited = false;
    bool forgotten = false;
    int wait_status = 0;
    plan::SpawnStage failed_at = plan::SpawnStage::none;
    int error = 0;
    Fd report;   ///< where the child tells what it failed at; exec closes the other end
    Fd terminal; ///< master on its way to frankend
    JobLog log;
};

struct Session {
    Fd listener{plan::init_control_fd};
    Fd lifeline{plan::init_lifeline_fd};
    Fd signals;
    Fd connection; ///< to frankend, or none
    bool hello_due = false;
    plan::ArchSet needs; ///< of the root, when the session began
    Fd calls;            ///< what frank-exec counts, once there are routes
    unsigned tables = 0; ///< how many tables were laid over the first
    bool has_twins = false;
    bool tell_routed = false;
    int routed_error = 0;
    bool blocked = false; ///< the connection takes no more for now
    bool ending = false;
    bool childless = false;
    std::int64_t deadline = 0; ///< when the rest is killed; CLOCK_MONOTONIC, milliseconds
    rlimit files{};            ///< RLIMIT_NOFILE as jobs are to have it
    Job jobs[plan::init_max_jobs];
    alignas(8) std::byte message[sizeof(plan::InitHeader) + plan::init_max_payload];
};

/// nullptr where there is none.
Job *find_job(Session &session, std::uint64_t id);
Job *find_process(Session &session, pid_t pid);
Job *find_unused(Session &session);

/// Milliseconds of CLOCK_MONOTONIC.
std::int64_t now();
/// Serves until the session ends; the exit status.
int serve(Session &session);

} // namespace frank::guest
