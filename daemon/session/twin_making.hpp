// Native twins come into being.
#pragma once

#include "daemon/session/erasure.hpp"
#include "daemon/session/workshop.hpp"

namespace frank::session {

class TwinMaking {
  public:
    struct Ears {
        std::function<void(const Progress &)> progress;
        /// Gets their digest; may destroy the TwinMaking.
        std::function<void(plan::Result<std::string>)> done;
    };

    /// `llvm`: with clang and lld. `log`: what the tools say to people.
    TwinMaking(Context &context, std::string suite, bool llvm, plan::Arch arch, sys::Fd log,
               std::shared_ptr<sys::Fd> source, Ears ears);

    void begin();
    /// Undoes it.
    void cancel();

  private:
    void fill();
    void filled(const plan::Result<void> &result, const TreeReport &report);
    void fail(plan::Refusal why);
    void finish(plan::Result<std::string> result);

    Context &context_;
    plan::Twins twins_;
    plan::SessionSettings settings_; ///< of nobody
    bool llvm_;
    sys::Fd log_;
    std::shared_ptr<sys::Fd> source_; ///< none: as the suite has them
    Ears ears_;
    bool cancelled_ = false;
    std::unique_ptr<LaunchCall> call_;
    std::unique_ptr<Workshop> workshop_;
    std::unique_ptr<Erasure> undo_;
};

} // namespace frank::session
