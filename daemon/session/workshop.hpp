// One frank-tree command in a throw-away session beside an instance's tree. Over when nothing of it is left.
#pragma once

#include "daemon/session/guest.hpp"
#include "daemon/session/line_reader.hpp"
#include "daemon/session/tree_report.hpp"

namespace frank::session {

struct WorkshopOrder {
    plan::SessionSettings settings; ///< whose tree
    plan::Network network = plan::Network::none;
    std::vector<plan::Arch> arches; ///< what is to run inside besides this machine's own programs
    std::vector<std::string> argv;
    sys::Fd input;      ///< standard input; none: /dev/null
    sys::Fd log;        ///< gets what the command says to people; none: nowhere
    sys::Fd emulator{}; ///< sealed memfd: for the first of `arches`, in place of this machine's own
};

class Workshop final : private GuestListener {
  public:
    struct Ears {
        std::function<void(const Progress &)> progress;
        /// May destroy the Workshop.
        std::function<void(plan::Result<void>, const TreeReport &)> done;
    };

    Workshop(Context &context, WorkshopOrder order, Ears ears);

    /// On breakage nothing was begun and `done` is not called.
    void begin();
    /// Ends it; `done` follows.
    void cancel();

  private:
    void guest_up(const KnownJobs &known) override;
    void guest_said(const plan::InitHeader &header, sys::Fd terminal) override;
    void guest_ending() override {}
    void guest_stuck() override;
    void guest_gone(const plan::Refusal &why) override;

    void spawn();
    void log_line(std::string_view line);
    void report_progress();
    void finish(plan::Result<void> result);

    Context &context_;
    WorkshopOrder order_;
    Ears ears_;
    plan::SpawnRequest command_;
    Guest guest_;
    TreeReport report_;
    std::optional<plan::Result<void>> result_; ///< once the command has ended
    int status_ = 0;
    std::uint64_t logged_ = 0;
    std::unique_ptr<LineReader> output_, errors_;
    sys::EventSource progress_timer_;
};

} // namespace frank::session
