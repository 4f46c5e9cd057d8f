// Reading a tar archive, plain or compressed, from a descriptor: a file or a pipe. RAII over libarchive.
#pragma once

#include "daemon/tree/reporter.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace frank::tree {

struct FreeReader {
    void operator()(archive *handle) const { (void)archive_read_free(handle); }
};

/// The descriptor and the reporter stay the caller's and must outlive it.
class ArchiveSource {
  public:
    ArchiveSource(int fd, Reporter &reporter);
    ArchiveSource(const ArchiveSource &) = delete;
    ArchiveSource &operator=(const ArchiveSource &) = delete;

    /// libarchive's own result: ARCHIVE_OK or what it says.
    int open();
    /// Reads on to the end, so that whoever writes the pipe can finish: archives are padded. Gives up after
    /// 16 MiB.
    void drain();
    archive *handle() const { return handle_.get(); }
    /// errno of a failed read of the descriptor itself; 0: what is wrong is in the archive.
    int read_error() const { return read_error_; }
    bool empty() const { return done_ == 0; }

  private:
    static la_ssize_t read_callback(archive *handle, void *self, const void **buffer);
    la_ssize_t read_some();

    int fd_;
    Reporter &reporter_;
    std::unique_ptr<archive, FreeReader> handle_;
    std::vector<char> buffer_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    int read_error_ = 0;
};

} // namespace frank::tree
