// What a session's supervisor is asked of limits and use, and what it answers, in order.
#pragma once

#include "daemon/plan/resource_limits.hpp"
#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdint>
#include <deque>
#include <functional>

namespace frank::session {

class ResourceTalk {
  public:
    using Done = std::function<void(plan::Result<plan::ResourceReport>)>;

    explicit ResourceTalk(sys::EventLoop &loop) : loop_(loop) {}

    /// Over its socket. False: it cannot be asked, and `done` is not called; else later, once, with a refusal
    /// where no answer comes within two seconds or before end().
    bool ask(const sys::Fd &supervisor, const plan::ResourceOrder &order, Done done);
    /// Reads what came. False at the end of the socket.
    bool hear(const sys::Fd &supervisor);
    /// Nobody will answer any more.
    void end();

  private:
    struct Question {
        Done done; ///< empty: it was told that no answer came
        sys::EventSource deadline;
        std::uint64_t number = 0;
    };
    void give_up(std::uint64_t number);

    sys::EventLoop &loop_;
    std::deque<Question> questions_;
    std::uint64_t last_ = 0;
};

} // namespace frank::session
