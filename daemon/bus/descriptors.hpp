// Descriptors that came from a caller: what they are is looked at before anybody is asked for anything.
// Nothing here waits for a file system: a caller may own the server behind a descriptor.
#pragma once

#include "daemon/plan/exec_table.hpp"
#include "daemon/sys/fd.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <string>

namespace frank::bus {

struct Directory {
    sys::Fd fd;
    std::string path;        ///< what the kernel calls it, printable
    bool owned_by = false;   ///< by the uid that was asked about
    std::uint32_t owner = 0; ///< 0 too where it is nobody's here
};

/// All throw InvalidArgument for what is not of the kind; `uid` is the caller.
/// `what`: said of something else.
Directory take_directory(const sdbus::UnixFd &descriptor, std::uint32_t uid, const char *what);
/// A readable directory, to take tools from.
sys::Fd take_tools(const sdbus::UnixFd &descriptor);
/// A readable file, pipe or socket.
sys::Fd take_archive(const sdbus::UnixFd &descriptor);
/// A sealed memory file; what is in it is the ledger's to judge.
sys::Fd take_emulator(const sdbus::UnixFd &descriptor);
/// `number` is what the descriptor is to be in the command. No terminal, directory or O_PATH descriptor.
sys::Fd take_for_command(const sdbus::UnixFd &descriptor, std::uint32_t number);
/// Where a trace goes (a pipe), or a debugger talks (a socket). A process of the session alone uses it.
sys::Fd take_watcher(const sdbus::UnixFd &descriptor, plan::Watch watch);

} // namespace frank::bus
