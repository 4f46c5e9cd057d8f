// A session that runs and has no settings any more: it is only ended.
#pragma once

#include "daemon/session/guest.hpp"

namespace frank::session {

class Stranger final : private GuestListener {
  public:
    /// `gone` may destroy the Stranger.
    Stranger(Context &context, const std::string &name, std::function<void()> gone)
        : guest_(context, context.runtime.session_directory(name), *this), gone_(std::move(gone)) {}

    /// False: there is nothing to end.
    bool begin() { return guest_.adopt(true); }

  private:
    void guest_up(const KnownJobs &) override {}
    void guest_said(const plan::InitHeader &, sys::Fd) override {}
    void guest_ending() override {}
    void guest_stuck() override {}
    void guest_gone(const plan::Refusal &) override {
        const auto gone = std::move(gone_);
        gone();
    }

    Guest guest_;
    std::function<void()> gone_;
};

} // namespace frank::session
