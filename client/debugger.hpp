// Between a debugger of the caller's and the debugger's stub of an emulator in a session: a socket that only
// the caller can reach, and gdb itself.
#pragma once

#include "client/copier.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frank::client {

/// A socket in a directory that nobody else may enter, gone with this. Its first connection is joined with
/// the far end's other side; there is no second.
class DebuggerDoor {
  public:
    explicit DebuggerDoor(EventLoop &loop);
    DebuggerDoor(const DebuggerDoor &) = delete;
    DebuggerDoor &operator=(const DebuggerDoor &) = delete;
    ~DebuggerDoor();

    std::string path() const { return directory_ + "/gdb"; }
    /// What a session gets. To be called once.
    sdbus::UnixFd take_far_end() { return {far_end_.release(), sdbus::adopt_fd}; }

  private:
    void accept_one();

    EventLoop &loop_;
    std::string directory_;
    Fd listener_, near_end_, far_end_;
    std::vector<std::unique_ptr<Copier>> copiers_;
};

/// Is gdb-multiarch in PATH? A plain gdb knows no foreign program.
bool has_gdb();
/// The words of a gdb that debugs `program` through the socket at `path`. Where `sysroot` is a directory that
/// has the program, its file is given too.
std::vector<std::string> gdb_command(const std::string &sysroot, const std::string &path,
                                     const std::string &program);
/// For a shell to read.
std::string shell_words(const std::vector<std::string> &words);

/// A gdb with the caller's terminal.
class Gdb {
  public:
    Gdb(std::vector<std::string> words, const Fd &terminal);
    Gdb(const Gdb &) = delete;
    Gdb &operator=(const Gdb &) = delete;
    /// Waits for it: it has the terminal.
    ~Gdb();
    bool runs();

  private:
    pid_t pid_ = -1;
};

} // namespace frank::client
