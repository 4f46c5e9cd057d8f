// One look at the machine: what is seen at once, then each emulator in turn, then frank-launcher.
#pragma once

#include "daemon/session/findings.hpp"
#include "daemon/session/probe_run.hpp"

namespace frank::session {

class Diagnosis {
  public:
    using Done = std::function<void(const std::vector<Finding> &)>;

    /// `done` is called once, from the event loop, and may destroy the Diagnosis.
    Diagnosis(sys::EventLoop &loop, Machine &machine, const std::string &state, Done done);

  private:
    void next();
    template <class Act> void attempt(const EmulatorFile &emulator, Act act);
    void ask_version(const EmulatorFile &emulator);
    void run_probe(const EmulatorFile &emulator, const std::string &version);
    void ask_launcher();

    sys::EventLoop &loop_;
    Machine &machine_;
    Done done_;
    std::vector<EmulatorFile> emulators_; ///< still to be run, last first
    std::vector<Finding> findings_;
    sys::Fd probe_;
    std::unique_ptr<ProbeRun> run_;
    std::unique_ptr<Launch> launch_;
    plan::LaunchRequest request_;
    sys::EventSource source_, deadline_;
};

} // namespace frank::session
