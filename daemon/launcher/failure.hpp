// How a failure travels: plain data, through a pipe, from a child that may not throw to the launcher that
// answers.
#pragma once

#include "daemon/plan/launch_request.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace frank::launcher {

struct Failure {
    plan::Rung rung = plan::Rung::none;
    std::uint8_t step = 0;
    int error = 0;
    std::array<char, 160> detail{};
};

inline Failure failure(plan::Rung rung, int error, const char *detail = "", std::size_t step = 0) noexcept {
    Failure f;
    f.rung = rung;
    f.step = static_cast<std::uint8_t>(step);
    f.error = error;
    std::strncpy(f.detail.data(), detail, f.detail.size() - 1);
    return f;
}

inline plan::LaunchReply reply_of(const Failure &why) {
    plan::LaunchReply reply;
    reply.rung = why.rung;
    reply.step = why.step;
    reply.error = why.error;
    reply.detail = why.detail;
    return reply;
}

/// Before any fork a failure is thrown, as this; afterwards it is written to the report pipe.
struct LaunchError {
    Failure what;
};

[[noreturn]] inline void fail(plan::Rung rung, const std::string &detail, int error = errno) {
    throw LaunchError{failure(rung, error, detail.c_str())};
}

} // namespace frank::launcher
