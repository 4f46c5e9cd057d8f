// The files of binfmt_misc (Documentation/admin-guide/binfmt-misc.rst).
#pragma once

#include "daemon/plan/host_table.hpp"
#include "daemon/sys/fd.hpp"

#include <string>
#include <vector>

namespace frank::launcher {

/// A directory to read; `path` empty: that of our own user namespace, wherever it is mounted or not.
sys::Fd open_table(const std::string &path, bool read_only);
/// Newest first. What cannot be understood is left out: it is not touched either.
std::vector<plan::TableEntry> read_table(int table);
/// 0, or why the kernel refused.
int carry_out(int table, const plan::TableStep &step);

} // namespace frank::launcher
