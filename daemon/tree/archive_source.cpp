#include "daemon/tree/archive_source.hpp"

#include "daemon/sys/fd.hpp"

#include <new>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace frank::tree {

namespace {
constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::uint64_t max_padding = 16 << 20;
} // namespace

ArchiveSource::ArchiveSource(int fd, Reporter &reporter)
    : fd_(fd), reporter_(reporter), handle_(archive_read_new()), buffer_(buffer_bytes) {
    if (!handle_)
        throw std::bad_alloc();
    struct stat info {};
    sys::must(::fstat(fd_, &info), "stat the archive");
    if (S_ISREG(info.st_mode))
        total_ = static_cast<std::uint64_t>(info.st_size);
}

int ArchiveSource::open() {
    // A filter whose library is missing warns that it would run a program; Debian's libarchive has them all.
    archive *const handle = handle_.get();
    (void)archive_read_support_format_tar(handle);
    (void)archive_read_support_filter_gzip(handle);
    (void)archive_read_support_filter_bzip2(handle);
    (void)archive_read_support_filter_xz(handle);
    (void)archive_read_support_filter_zstd(handle);
    return archive_read_open(handle, this, nullptr, read_callback, nullptr);
}

// Called from C: throws nothing.
la_ssize_t ArchiveSource::read_callback(archive *handle, void *self, const void **buffer) {
    auto *const source = static_cast<ArchiveSource *>(self);
    const la_ssize_t got = source->read_some();
    if (got < 0)
        archive_set_error(handle, source->read_error_, "cannot read the archive");
    *buffer = source->buffer_.data();
    return got;
}

void ArchiveSource::drain() {
    const std::uint64_t end = done_ + max_padding;
    while (done_ < end && read_some() > 0)
        continue;
}

la_ssize_t ArchiveSource::read_some() {
    ssize_t got = -1;
    while ((got = ::read(fd_, buffer_.data(), buffer_.size())) < 0) {
        if (errno == EINTR)
            continue;
        // Whoever gave us a pipe may have left it non-blocking.
        pollfd wait{fd_, POLLIN, 0};
        if (errno == EAGAIN && (::poll(&wait, 1, -1) >= 0 || errno == EINTR))
            continue;
        read_error_ = errno;
        return -1;
    }
    done_ += static_cast<std::uint64_t>(got);
    reporter_.progress("bytes", done_, total_);
    return got;
}

} // namespace frank::tree
