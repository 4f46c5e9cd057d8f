// What frank-tree says, collected line by line. It ran beside an untrusted tree: nothing of it is believed to
// be more than text. Pure.
#pragma once

#include "daemon/plan/wide_numbers.hpp"
#include "daemon/session/job.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace frank::session {

class TreeReport {
  public:
    /// A line of its standard output: "progress UNIT DONE TOTAL", "stage TEXT", "arch NAME", "extra NAME",
    /// "os TEXT", "storage BITS FILE-SYSTEM", "version TEXT", "memory LOWEST OVERCOMMIT", "suite TEXT",
    /// "llvm there", "twin PATH", "digest HEX", "checked ok".
    void take_output(std::string_view line);
    /// A line of its standard error. The last one is the message where it fails.
    void take_error(std::string_view line);

    const Progress &progress() const { return progress_; }
    plan::Arch arch() const { return arch_; }
    const plan::RootStorage &storage() const { return storage_; }
    const plan::ArchSet &extra_arches() const { return extra_arches_; }
    /// Printable.
    const std::string &os_name() const { return os_name_; }

    /// Of a Debian: "bookworm"; empty: it is none.
    const std::string &suite() const { return suite_; }
    /// The root has clang or lld.
    bool llvm() const { return llvm_; }
    /// Native twins: their paths in the tree, and the digest of it all. Both as checked as a file's name can
    /// be.
    const std::vector<std::string> &twins() const { return twins_; }
    const std::string &digest() const { return digest_; }
    /// What an emulator says of itself. Printable.
    const std::string &version() const { return version_; }

    /// vm.mmap_min_addr and vm.overcommit_memory, which frankend itself may be too confined to see.
    struct Memory {
        std::uint64_t lowest_address = 0, overcommit = 0;
    };
    const Memory &memory() const { return memory_; }

    /// What an exit status means.
    plan::Result<void> outcome(int exit_status) const;

  private:
    Progress progress_;
    plan::Arch arch_ = plan::Arch::none;
    plan::ArchSet extra_arches_;
    plan::RootStorage storage_;
    std::string os_name_;
    std::string version_;
    std::string suite_, digest_;
    bool llvm_ = false;
    std::vector<std::string> twins_;
    Memory memory_;
    std::string last_error_;
};

} // namespace frank::session
