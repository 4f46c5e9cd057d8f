// A root gets a new, empty tree of its own over a layer; what it had is changed by nobody any more. One
// write of its settings decides: before it nothing has changed, after it all has.
#pragma once

#include "daemon/session/launch_call.hpp"

#include <functional>
#include <memory>

namespace frank::session {

class Session;

class NewTop {
  public:
    using Amend = std::function<void(plan::SessionSettings &)>;

    /// The session does not run, and does not start meanwhile. `over`: a layer, or its own tree, which
    /// becomes one. `amend`: what else its settings are to say. `done` is called from the event loop; on
    /// failure what was made is a layer that nobody refers to.
    NewTop(Context &context, Session &session, const plan::Instance &over, Amend amend, Ledger::Done done);

    void begin();

  private:
    void made();
    void finish(plan::Result<void> result);

    Context &context_;
    Session &session_;
    plan::Instance over_, top_;
    Amend amend_;
    Ledger::Done done_;
    std::unique_ptr<LaunchCall> call_;
};

/// That of a session that came to be by a layer: makes its tree, over settings().layers.base.
class LayerMaking {
  public:
    /// `done`: as NewTop's; on failure a tree may be left.
    LayerMaking(Context &context, Session &session, Ledger::Done done);

    void begin();

  private:
    void finish(plan::Result<void> result);

    Context &context_;
    Session &session_;
    Ledger::Done done_;
    std::unique_ptr<LaunchCall> call_;
};

} // namespace frank::session
