// This machine's own binfmt table, which frank-launcher alone writes to: for sessions on kernels that have no
// other (before 6.7), and for programs outside of sessions where an administrator wants them. What is decided
// is decided by plan_host_table(); here it is carried out and remembered.
#pragma once

#include "daemon/launcher/serve.hpp"
#include "daemon/plan/host_table.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

#include <chrono>
#include <span>
#include <vector>

namespace frank::launcher {

/// Does this kernel give a user namespace a table of its own? Found by making one.
bool private_tables(const Settings &settings);

class HostTable {
  public:
    /// Whoever else holds one is waited for. LaunchError where there is no binfmt_misc.
    explicit HostTable(const Settings &settings);

    /// With tables of their own, sessions need nothing here.
    void set(const plan::LaunchRequest &request, plan::TableKind of_sessions);
    /// What was last set, again; nothing where that was before this boot. True: something was missing.
    bool mend();
    void let_go();
    /// LaunchError where programs of one of these would not come to frank-exec.
    void must_serve(std::span<const plan::Arch> arches) const;
    /// The table's directory, not to be written to.
    sys::Fd view() const;

  private:
    plan::TableMemory recall() const;
    void remember(const plan::TableMemory &memory) const;
    std::string install_dispatcher(plan::Arch arch, std::vector<std::string> &stale) const;
    bool establish(const std::vector<plan::TableEntry> &wanted, std::span<const std::string> stale) const;
    void write_copies(const std::vector<plan::TableEntry> &wanted) const;

    Settings settings_;
    sys::Fd directory_; ///< our memory's; its lock is held
    sys::Fd table_;
};

/// Mends until nothing was missing for `quiet`, ten seconds at most. This is what the kernel's request for a
/// module runs: a program waits for it, and is looked for only once more.
void mend_until_quiet(const Settings &settings, std::chrono::milliseconds quiet);

} // namespace frank::launcher
