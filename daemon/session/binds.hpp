// The directories of this machine that one session sees: remembered by frank-launcher, written down in the
// settings, laid by frank-init. What is begun is written down first, unsettled.
#pragma once

#include "daemon/session/launch_call.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frank::session {

class Session;

class Binds {
  public:
    Binds(Context &context, Session &session);

    /// Kept; seen at once where the session runs, else from its next start on.
    void add(plan::Bind bind, sys::Fd directory, Ledger::Done done);
    /// What is open in it stays open.
    void remove(const std::string &target, Ledger::Done done);
    /// All of them, for a session that comes up. `done` is called once, unless the session ends first.
    void lay(Ledger::Done done);
    /// A compiler cache, beside lay(). As that.
    void lay_cache(const plan::Instance &instance, Ledger::Done done);
    /// Takes away what a frankend before had begun to add or to take away. Once.
    void recover();

    /// Nothing is added or taken away any more: `then`, when what is under way is over.
    void close(std::function<void()> then);

    /// frank-init's answer.
    void bound(std::uint64_t number, int error);
    void session_is_gone();
    bool busy() const { return now_ != nullptr; }

  private:
    using Then = std::function<void(plan::Result<void>)>;
    /// One thing at a time.
    struct Work {
        std::function<void(Work &)> begin;
        plan::Bind bind{};
        sys::Fd directory{};
        std::vector<std::string> targets{}; ///< still to be laid
        Ledger::Done done{};
        enum class Kind { change, lay, close } kind = Kind::change;
    };

    void queue(std::unique_ptr<Work> work);
    void next();
    void finish(plan::Result<void> result);
    template <class Act> void step(Act act);

    void adopt(Work &work);
    void adopted(const plan::LaunchReply &reply);
    void undo(plan::Refusal why);
    void take_away(Work &work);
    void drop();
    void lay_next();
    /// Has frank-launcher lend it, by this operation, and frank-init attach it.
    void show(plan::LaunchOp lend, const plan::Bind &bind, Then then);
    void hide(const plan::Bind &bind, Then then);
    void await(Then then);
    void send(plan::InitType type, const std::string &target, sys::Fd mount);
    void answer(const plan::Result<void> &result);
    void write_down(const plan::Bind &bind);
    void forget(const plan::Bind &bind);
    plan::LaunchRequest request(plan::LaunchOp op, const plan::Bind &bind) const;

    Context &context_;
    Session &session_;
    std::unique_ptr<Work> now_;
    std::deque<std::unique_ptr<Work>> waiting_;
    std::vector<std::string> leftovers_; ///< targets
    bool closed_ = false;
    std::uint64_t number_ = 0; ///< of what frank-init was last told
    Then then_;                ///< when it has been shown or hidden, or could not be
    sys::EventSource deadline_;
    std::unique_ptr<LaunchCall> call_;
    std::unique_ptr<Launch> lending_;
};

} // namespace frank::session
