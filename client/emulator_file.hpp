// An emulator on its way to frankend: opened with the caller's rights, copied into memory that nobody can
// change any more. frankend never reads a file of the caller's.
#pragma once

#include "client/daemon_link.hpp"
#include "client/fd.hpp"

#include <string>

namespace frank::client {

class EmulatorFile {
  public:
    /// Nothing for an empty path; Failure for what cannot be an emulator.
    explicit EmulatorFile(const std::string &path);

    /// Adds "emulator" and "emulator_name", where there is one.
    void add_to(Options &details) const;

  private:
    std::string path_;
    Fd file_;
};

} // namespace frank::client
