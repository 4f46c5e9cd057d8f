#include "daemon/tree/unpack.hpp"

#include "daemon/plan/launch_request.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/sys/fd.hpp"
#include "daemon/tree/archive_source.hpp"
#include "daemon/tree/tree_root.hpp"

#include <clocale>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <sys/stat.h>

namespace frank::tree {

using plan::refuse;
using plan::Result;

namespace {

constexpr std::uint64_t max_warnings_told = 20;

struct FreeWriter {
    void operator()(archive *handle) const { (void)archive_write_free(handle); }
};

std::string what_libarchive_says(archive *handle) {
    const char *text = archive_error_string(handle);
    return plan::printable(text == nullptr ? "unknown error" : text, 300);
}

class Unpacker {
  public:
    Unpacker(ArchiveSource &source, sys::Fd root, const UnpackOptions &options)
        : source_(source), root_(std::move(root)), options_(options), writer_(archive_write_disk_new()) {
        if (!writer_)
            throw std::bad_alloc();
        // Ids are taken as numbers: no lookup is set. No FFLAGS: an immutable file could not be deleted
        // again.
        sys::must(archive_write_disk_set_options(
                      writer_.get(), ARCHIVE_EXTRACT_OWNER | ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |
                                         ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_ACL |
                                         ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                         ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS),
                  "set up unpacking");
        // libarchive writes below the working directory.
        sys::must(::fchdir(root_.get()), "enter the tree");
    }

    Result<void> run();

  private:
    Result<void> unreadable() const;
    Result<void> unwritable(const std::string &path);
    Result<void> take(archive_entry *entry);
    Result<void> check_parent(const std::string &path, std::string_view what) const;
    Result<void> check_link(archive_entry *entry, const std::string &path) const;
    Result<void> check_attributes(archive_entry *entry, const std::string &path) const;
    Result<void> write(archive_entry *entry, const std::string &path);
    Result<void> write_contents(const std::string &path);
    void warn(const std::string &path);

    ArchiveSource &source_;
    sys::Fd root_;
    const UnpackOptions &options_;
    std::unique_ptr<archive, FreeWriter> writer_;
    std::uint64_t members_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t warnings_ = 0;
};

Result<void> Unpacker::unreadable() const {
    if (source_.read_error() != 0)
        return refuse(Error::failed,
                      "cannot read the archive: " + std::generic_category().message(source_.read_error()));
    if (source_.empty())
        return refuse(Error::bad_image, "the archive is empty");
    return refuse(Error::bad_image, "not a tar archive (plain, gzip, bzip2, xz or zstd), or a damaged one: " +
                                        what_libarchive_says(source_.handle()));
}

Result<void> Unpacker::unwritable(const std::string &path) {
    const int error = archive_errno(writer_.get());
    const std::string subject = "cannot write " + in_quotes(path) + ": ";
    const std::string text = subject + what_libarchive_says(writer_.get());
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return refuse(Error::no_space, subject + "no space left");
    case EIO:
    case EROFS:
    case EPERM:
    case EACCES:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return refuse(Error::failed, text);
    default: // the archive contradicts itself, or libarchive's own checks have seen more than ours
        return refuse(Error::bad_image, text);
    }
}

/// Nobody else writes to the tree, so what is checked here still holds when the member is written.
Result<void> Unpacker::check_parent(const std::string &path, std::string_view what) const {
    const std::string parent(parent_of(path));
    if (parent.empty())
        return {};
    const sys::Fd directory(open_beneath(root_.get(), parent.c_str(), O_PATH | O_DIRECTORY));
    if (directory || errno == ENOENT)
        return {};
    return refuse(Error::bad_image, std::string(what) + " " + in_quotes(path) +
                                        (errno == ELOOP ? " leads through a symbolic link, out of the root"
                                                        : " is below something that is no directory"));
}

Result<void> Unpacker::check_link(archive_entry *entry, const std::string &path) const {
    const char *target = archive_entry_hardlink(entry);
    if (target == nullptr)
        return {};
    const auto clean = member_path(target);
    if (!clean)
        return refuse(clean.error().error, "the hard link " + in_quotes(path) + " to " + in_quotes(target) +
                                               " leads out of the root, or too far");
    if (auto inside = check_parent(*clean, "the target of a hard link"); !inside)
        return inside;
    archive_entry_copy_hardlink(entry, clean->c_str());
    return {};
}

Result<void> Unpacker::check_attributes(archive_entry *entry, const std::string &path) const {
    const la_int64_t ids[] = {archive_entry_uid(entry), archive_entry_gid(entry)};
    for (const la_int64_t id : ids)
        if (id < 0 || id >= la_int64_t{plan::id_range_size})
            return refuse(Error::bad_image, "the member " + in_quotes(path) + " belongs to id " +
                                                std::to_string(id) + "; a session has ids 0 to " +
                                                std::to_string(plan::id_range_size - 1));
    std::size_t bytes = 0;
    const char *name = nullptr;
    const void *value = nullptr;
    std::size_t size = 0;
    (void)archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
        bytes += size + (name == nullptr ? 0 : std::strlen(name));
        if (bytes > max_xattr_bytes)
            return refuse(Error::limit_exceeded, "the member " + in_quotes(path) + " has more than " +
                                                     std::to_string(max_xattr_bytes) +
                                                     " bytes of extended attributes");
    }
    (void)archive_entry_xattr_reset(entry);
    return {};
}

Result<void> Unpacker::take(archive_entry *entry) {
    const char *name = archive_entry_pathname(entry);
    if (name == nullptr)
        return refuse(Error::bad_image, "a member of the archive has no name");
    const auto path = member_path(name);
    if (!path)
        return tl::unexpected(path.error());

    const auto type = archive_entry_filetype(entry);
    if (archive_entry_hardlink(entry) == nullptr) {
        // A user namespace makes no device nodes, and a socket is nothing without its server.
        if (type == AE_IFBLK || type == AE_IFCHR || type == AE_IFSOCK) {
            ++left_out_;
            return {};
        }
        if (*path == "." && type != AE_IFDIR)
            return refuse(Error::bad_image, "a member of the archive would replace the root itself");
    }
    if (auto checked = check_parent(*path, "the member")
                           .and_then([&] { return check_link(entry, *path); })
                           .and_then([&] { return check_attributes(entry, *path); });
        !checked)
        return checked;
    archive_entry_copy_pathname(entry, path->c_str());
    return write(entry, *path);
}

Result<void> Unpacker::write(archive_entry *entry, const std::string &path) {
    int result = archive_write_header(writer_.get(), entry);
    if (result < ARCHIVE_WARN)
        return unwritable(path);
    if (result == ARCHIVE_WARN)
        warn(path);
    if (archive_entry_size_is_set(entry) == 0 || archive_entry_size(entry) > 0)
        if (auto contents = write_contents(path); !contents)
            return contents;
    result = archive_write_finish_entry(writer_.get());
    if (result < ARCHIVE_WARN)
        return unwritable(path);
    if (result == ARCHIVE_WARN)
        warn(path);
    return {};
}

Result<void> Unpacker::write_contents(const std::string &path) {
    for (;;) {
        const void *data = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int got = archive_read_data_block(source_.handle(), &data, &size, &offset);
        if (got == ARCHIVE_EOF)
            return {};
        if (got < ARCHIVE_WARN)
            return unreadable();
        bytes_ += size;
        if (bytes_ > options_.max_bytes)
            return refuse(Error::limit_exceeded, "the archive holds more than " +
                                                     std::to_string(options_.max_bytes) + " bytes, at " +
                                                     in_quotes(path));
        // A full disk is no more than a warning to libarchive here.
        if (archive_write_data_block(writer_.get(), data, size, offset) != ARCHIVE_OK)
            return unwritable(path);
    }
}

void Unpacker::warn(const std::string &path) {
    if (++warnings_ <= max_warnings_told)
        (void)std::fprintf(stderr, "%s: %s\n", plan::printable(path, 160).c_str(),
                           what_libarchive_says(writer_.get()).c_str());
}

Result<void> Unpacker::run() {
    if (source_.open() != ARCHIVE_OK)
        return unreadable();
    archive_entry *entry = nullptr;
    int got = ARCHIVE_OK;
    while ((got = archive_read_next_header(source_.handle(), &entry)) != ARCHIVE_EOF) {
        if (got < ARCHIVE_WARN)
            return unreadable();
        if (++members_ > max_members)
            return refuse(Error::limit_exceeded,
                          "the archive has more than " + std::to_string(max_members) + " members");
        if (auto taken = take(entry); !taken)
            return taken;
    }
    if (members_ == 0)
        return refuse(Error::bad_image, "the archive is empty");
    source_.drain();
    // Times and modes of directories are set now, after all that is in them.
    if (archive_write_close(writer_.get()) < ARCHIVE_WARN)
        return unwritable(".");
    if (left_out_ > 0)
        (void)std::fprintf(stderr, "%llu device nodes and sockets were left out\n",
                           static_cast<unsigned long long>(left_out_));
    if (warnings_ > max_warnings_told)
        (void)std::fprintf(stderr, "%llu more warnings\n",
                           static_cast<unsigned long long>(warnings_ - max_warnings_told));
    return complete_root(root_.get());
}

} // namespace

Result<void> unpack(int archive_fd, const std::string &directory, const UnpackOptions &options,
                    Reporter &reporter) {
    auto root = open_tree_root(directory);
    if (!root)
        return tl::unexpected(root.error());
    // libarchive converts names to the locale's character set: in this one they stay the bytes they are.
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");
    (void)::umask(022); // for directories that no member describes
    ArchiveSource source(archive_fd, reporter);
    Unpacker unpacker(source, std::move(*root), options);
    auto done = unpacker.run();
    reporter.flush();
    return done;
}

} // namespace frank::tree
