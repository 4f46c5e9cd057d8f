// session/ is the ledger: what exists, what runs, what must be undone. No D-Bus, no privilege.
// This file: one command or one long operation.
#pragma once

#include "daemon/plan/breakage.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace frank::session {

using JobId = std::uint64_t;

enum class JobKind { command, create, destroy, accelerate };
enum class JobState { running, exited, killed, failed, cancelled };

struct Progress {
    std::string what;
    std::uint64_t done = 0;
    std::uint64_t total = 0; ///< 0: not known
    std::string unit;

    bool operator==(const Progress &) const = default;
};

/// How often tools ran natively, and emulated.
struct Calls {
    std::uint64_t native = 0;
    std::uint64_t emulated = 0;

    bool operator==(const Calls &) const = default;
};

struct Job {
    JobId id = 0;
    JobKind kind = JobKind::command;
    std::string session;
    std::uint32_t owner = 0;
    std::string description; ///< printable
    JobState state = JobState::running;
    int status = 0;            ///< exit status or signal
    plan::Refusal refusal{};   ///< why it failed
    plan::Breakage breakage{}; ///< how emulation broke it, where that is known
    std::string cpu{};         ///< its own CPU model; empty: the session's
    int group = 0;             ///< of a command: its first process inside, as frank-init told it
    Calls calls{};             ///< of one that has ended, in a session with native twins
    bool has_terminal = false;
    bool has_log = false;
    std::uint64_t started = 0; ///< microseconds since 1970
    std::uint64_t ended = 0;
    Progress progress;

    bool ended_already() const { return state != JobState::running; }
};

std::string_view to_text(JobKind kind);
std::string_view to_text(JobState state);

} // namespace frank::session
