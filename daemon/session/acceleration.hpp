// Native speed of one root: its twins, what was verified of them, the routes while its session runs.
#pragma once

#include "daemon/plan/accel.hpp"
#include "daemon/plan/accel_wish.hpp"
#include "daemon/session/accel_order.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/call_counts.hpp"
#include "daemon/session/twin_making.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frank::session {

class Session;

class Acceleration {
  public:
    struct Ears {
        std::function<void(const Progress &)> progress;
        std::function<void(plan::Result<void>)> done;
    };

    Acceleration(Context &context, Session &session);

    const plan::AccelRecord &record() const { return record_; }
    /// In force, or about to be.
    const std::vector<plan::RouteEntry> &routes() const { return routes_; }
    /// "none" (nothing is known of twins), "off", "on", "busy".
    std::string state() const;
    bool busy() const { return static_cast<bool>(ears_.done); }
    /// A row for each tool that the twins have and the root too.
    std::vector<AccelRow> rows();
    /// How many calls of a job ran natively: its first process inside.
    Calls calls_of(int group);
    /// The same, for the last time.
    Calls last_calls_of(int group);

    /// Once, when its root is whole: what its owner wants of it, for the first start. `suite`: of a Debian.
    void promise(plan::AccelWish wish, const std::string &suite);
    /// Somebody starts the session for the sake of turn_on(): that keeps the promise.
    void expect_order() { expected_ = true; }
    /// What turn_on() would take, for people; refused where it cannot be.
    plan::Result<std::string> offer() const;
    /// From the next exec on. Makes twins where there are none, verifies what was not. The session runs.
    /// `log`: what the tools say to people.
    void turn_on(AccelOrder order, sys::Fd log, Ears ears);
    /// From the next exec on; what was verified stays known. `classes`: as plan::switch_off() has them.
    plan::Result<void> turn_off(const plan::ToolClasses &classes);
    /// Ends turn_on().
    void cancel();

    void session_is_up();
    void session_is_gone();
    /// frank-init has laid routes, or could not.
    void routed(int error, sys::Fd calls);

  private:
    using Next = std::function<void()>;
    void look_at_root();
    /// `suite`: empty for the given directory's.
    void make_twins(const std::string &suite, bool llvm);
    std::vector<std::string> unknown_llvm_paths() const;
    bool lacks_llvm() const;
    std::vector<AccelRow> rows_without_twins() const;
    void have_twins(const std::string &digest);
    void lend(Next next);
    void send(std::vector<plan::RouteEntry> routes, sys::Fd mount, Next next);
    void survey(Next next);
    void verify();
    void verdict_line(std::string_view line);
    void put_in_force();
    std::vector<plan::RouteEntry> routes_left() const;
    void save();
    void finish(plan::Result<void> result);
    void keep_promise();
    template <class Act> void step(Act act);

    Context &context_;
    Session &session_;
    plan::AccelRecord record_;
    std::vector<plan::RouteEntry> routes_;
    plan::Survey survey_;
    CallCounts calls_;
    bool lent_ = false; ///< the twins are in the session's sight
    AccelOrder order_;
    bool expected_ = false; ///< turn_on() follows the start that is under way
    Ears ears_;
    sys::Fd log_;
    Next when_routed_;
    sys::EventSource deadline_; ///< of frank-init's answer
    std::unique_ptr<LaunchCall> call_;
    std::unique_ptr<Launch> lending_;
    std::unique_ptr<Workshop> workshop_;
    std::unique_ptr<TwinMaking> making_;
};

/// One step of turn_on(): nothing is done once it is over, and what breaks in it ends the whole.
template <class Act> void Acceleration::step(Act act) {
    if (busy())
        guarded(act, [this](plan::Refusal why) { finish(tl::unexpected(std::move(why))); });
}

/// Of a job: how it goes and ends.
Acceleration::Ears ears_of(Context &context, JobId job);

} // namespace frank::session
