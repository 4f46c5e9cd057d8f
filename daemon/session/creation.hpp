// A session comes into being: its tree is made or adopted, filled, looked at. Or all of that is undone.
#pragma once

#include "daemon/session/emulator_trial.hpp"
#include "daemon/session/erasure.hpp"
#include "daemon/session/outcome.hpp"
#include "daemon/session/session.hpp"

namespace frank::session {

struct GivenFiles {
    sys::Fd source;   ///< none for a Debian
    sys::Fd emulator; ///< sealed memfd, or none
};

class Creation {
  public:
    /// The settings are on disk already, incomplete, and an emulator that was given; the job exists. `log`:
    /// what the tools say to people.
    Creation(Context &context, Session &session, plan::CreateRequest request, GivenFiles given, sys::Fd log,
             JobId job, Finished finished);

    void begin();
    /// Undoes it. Nothing more happens when that is under way already.
    void cancel();

  private:
    /// Does the emulator, with the CPU model, run programs of `arch`? Then `next`.
    void prove(plan::Arch arch, std::function<void()> next);
    void make_tree();
    void tree_answered(const plan::LaunchReply &reply);
    void fill();
    void filled(const plan::Result<void> &result);
    void inspect();
    void inspected(const plan::Result<void> &result, const TreeReport &report);
    void complete(plan::Arch arch, const TreeReport &report);

    void work(plan::Network network, std::vector<plan::Arch> arches, std::vector<std::string> argv,
              sys::Fd input, std::function<void(plan::Result<void>, const TreeReport &)> done);
    template <class Act> void step(Act act);
    void fail(plan::Refusal why);
    void undone(const plan::Result<void> &result);
    void end(const Outcome &outcome);

    Context &context_;
    Session &session_;
    plan::CreateRequest request_;
    sys::Fd source_, emulator_, log_;
    JobId job_;
    Finished finished_;
    bool cancelled_ = false;
    bool failed_ = false;
    plan::Refusal why_;
    bool proven_ = false;
    std::unique_ptr<EmulatorTrial> trial_;
    std::unique_ptr<LaunchCall> call_;
    std::unique_ptr<Workshop> workshop_;
    std::unique_ptr<Erasure> undo_;
};

} // namespace frank::session
