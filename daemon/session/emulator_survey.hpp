// Every emulator at the places that are known, each really run: what `frankctl emulators` shows.
#pragma once

#include "daemon/session/emulator_trial.hpp"

namespace frank::session {

/// Programs called qemu-NAME, qemu-NAME-static or qemu-NAME-ANYTHING in `directory`, for every NAME of the
/// table of architectures; what can be told without running them. Sorted by path.
std::vector<EmulatorReport> list_emulators(const std::string &directory);

class EmulatorSurvey {
  public:
    using Done = std::function<void(const std::vector<EmulatorReport> &)>;

    /// `done` is called once, from the event loop, and may destroy the EmulatorSurvey.
    EmulatorSurvey(Context &context, std::vector<EmulatorReport> found, Done done);

  private:
    void next();
    void tried(EmulatorReport &report, const plan::Result<std::string> &version);

    Context &context_;
    std::vector<EmulatorReport> reports_;
    std::size_t at_ = 0;
    Done done_;
    std::unique_ptr<EmulatorTrial> trial_;
    sys::EventSource source_;
};

} // namespace frank::session
