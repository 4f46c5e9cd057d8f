// The real Machine: frank-launcher behind its socket, and what this unprivileged process can see of the
// machine.
#pragma once

#include "daemon/session/emulator_watch.hpp"
#include "daemon/session/machine.hpp"
#include "daemon/sys/event_loop.hpp"

#include <string>

namespace frank::session {

class Diagnosis;

class LauncherLink final : public Machine {
  public:
    /// `socket`: frank-launcher's. `state`: whose file system Diagnose looks at.
    LauncherLink(sys::EventLoop &loop, std::string socket, std::string state);
    ~LauncherLink() override;

    std::unique_ptr<Launch> launch(const plan::LaunchRequest &request, std::span<const int> fds,
                                   Launched launched) override;
    std::unique_ptr<Launch> ask(const plan::LaunchRequest &request, Asked asked) override;
    /// Asked for again while it is under way, the same findings answer both.
    void diagnose(std::function<void(std::vector<Finding>)> done) override;
    EmulatorSeen emulator_of(plan::Arch arch) const override;
    void watch_emulators(const std::function<void()> &changed) override;
    std::vector<plan::Arch> emulated() const override;
    bool runs(plan::Arch arch) const override;
    bool has_cross_tools(const std::string &suite, plan::Arch arch) const override;

  private:
    sys::EventLoop &loop_;
    std::string socket_, state_;
    bool runs_i386_; ///< the kernel does, by itself
    std::unique_ptr<EmulatorWatch> watch_;
    std::unique_ptr<Diagnosis> diagnosis_;
    std::vector<std::function<void(std::vector<Finding>)>> waiters_;
};

} // namespace frank::session
