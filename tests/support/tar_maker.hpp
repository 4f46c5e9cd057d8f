// For tests: tar archives, good and hostile, made in memory.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <cstddef>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frank::test {

class TarMaker {
  public:
    /// `filter`: ARCHIVE_FILTER_*.
    explicit TarMaker(int filter = ARCHIVE_FILTER_NONE) : archive_(archive_write_new()), buffer_(64 << 20) {
        (void)archive_write_set_format_pax(archive_);
        (void)archive_write_set_options(archive_, "hdrcharset=BINARY");
        (void)archive_write_add_filter(archive_, filter);
        (void)archive_write_open_memory(archive_, buffer_.data(), buffer_.size(), &used_);
    }
    TarMaker(const TarMaker &) = delete;
    TarMaker &operator=(const TarMaker &) = delete;
    ~TarMaker() { (void)archive_write_free(archive_); }

    using Change = std::function<void(archive_entry *)>;

    TarMaker &file(const std::string &name, const std::string &text = "text", mode_t mode = 0644,
                   const Change &change = {}) {
        return add(name, AE_IFREG, mode, text, change);
    }
    TarMaker &directory(const std::string &name, mode_t mode = 0755, const Change &change = {}) {
        return add(name, AE_IFDIR, mode, "", change);
    }
    TarMaker &symlink(const std::string &name, const std::string &target) {
        return add(name, AE_IFLNK, 0777, "",
                   [&](archive_entry *entry) { archive_entry_copy_symlink(entry, target.c_str()); });
    }
    TarMaker &hardlink(const std::string &name, const std::string &target, const std::string &text = "") {
        return add(name, AE_IFREG, 0644, text,
                   [&](archive_entry *entry) { archive_entry_copy_hardlink(entry, target.c_str()); });
    }
    TarMaker &fifo(const std::string &name) { return add(name, AE_IFIFO, 0600, "", {}); }
    TarMaker &device(const std::string &name, unsigned kind, unsigned major, unsigned minor) {
        return add(name, kind, 0666, "", [&](archive_entry *entry) {
            archive_entry_set_rdevmajor(entry, major);
            archive_entry_set_rdevminor(entry, minor);
        });
    }

    std::string finish() {
        (void)archive_write_close(archive_);
        return {buffer_.data(), used_};
    }

  private:
    TarMaker &add(const std::string &name, unsigned kind, mode_t mode, const std::string &text,
                  const Change &change) {
        archive_entry *entry = archive_entry_new();
        archive_entry_copy_pathname(entry, name.c_str());
        archive_entry_set_filetype(entry, kind);
        archive_entry_set_perm(entry, mode);
        archive_entry_set_uid(entry, 0);
        archive_entry_set_gid(entry, 0);
        archive_entry_set_mtime(entry, 1'000'000'000, 0);
        archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
        if (change)
            change(entry);
        (void)archive_write_header(archive_, entry);
        (void)archive_write_data(archive_, text.data(), text.size());
        archive_entry_free(entry);
        return *this;
    }

    archive *archive_;
    std::vector<char> buffer_;
    std::size_t used_ = 0;
};

} // namespace frank::test
