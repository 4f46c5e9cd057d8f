// Calls that are made once the present callback has returned, so that nobody is called back into from the
// inside.
#pragma once

#include "daemon/sys/event_loop.hpp"

#include <deque>
#include <memory>
#include <utility>

namespace frank::session {

/// A call to make once. Unlike std::function it may hold what cannot be copied.
class Task {
  public:
    template <class Call> explicit Task(Call call) : body_(std::make_unique<Body<Call>>(std::move(call))) {}
    void run() { body_->run(); }

  private:
    struct Base {
        virtual ~Base() = default;
        virtual void run() = 0;
    };
    template <class Call> struct Body final : Base {
        explicit Body(Call given) : call(std::move(given)) {}
        void run() override { call(); }
        Call call;
    };
    std::unique_ptr<Base> body_;
};

/// In order, before the loop next waits. What is still there when it is destroyed is never called.
class Mailbox {
  public:
    explicit Mailbox(sys::EventLoop &loop) : loop_(loop) {}
    void post(Task task);
    bool empty() const { return tasks_.empty(); }

  private:
    void deliver();

    sys::EventLoop &loop_;
    std::deque<Task> tasks_;
    sys::EventSource source_;
};

} // namespace frank::session
