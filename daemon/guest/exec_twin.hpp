// Runs the native twin of the guest's program where the table has a valid route to it.
#pragma once

#include "daemon/guest/exec_dispatch.hpp"
#include "daemon/guest/exec_view.hpp"

namespace frank::guest {

/// Comes back where the emulator is to run the guest's own file.
void try_twin(const ForeignCall &call, const ExecTableView &table, const char *root);

} // namespace frank::guest
