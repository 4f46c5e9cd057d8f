// The session's exec table as frank-exec sees it: read-only, and no offset in it trusted.
#pragma once

#include "daemon/plan/exec_table.hpp"

#include <cstddef>
#include <cstdint>
#include <sys/stat.h>

namespace frank::guest {

/// What tells one kind of foreign file from another (ELF gABI, "ELF Header").
struct ElfKind {
    std::uint16_t machine = 0;
    std::uint8_t elf_class = 0;
    std::uint8_t data = 0;
    std::uint32_t flags = 0;
};

/// False where the descriptor is no ELF file.
bool read_elf_kind(int fd, ElfKind &kind);

struct EmulatorView {
    const char *path;
    const char *options; ///< option_count strings, one after another
    std::uint32_t option_count;
};

struct RouteView {
    const char *native;
    const char *rules; ///< rule_count strings, one after another
    std::uint32_t rule_count;
    std::uint16_t counter;
    bool valid; ///< false: the guest's file is not the one that was verified
};

class ExecTableView {
  public:
    enum class Opened : std::uint8_t { yes, absent, damaged };

    ExecTableView() = default;
    ExecTableView(const ExecTableView &) = delete;
    ExecTableView &operator=(const ExecTableView &) = delete;

    /// absent: errno says why. Stays until exec.
    Opened open(const char *path);
    /// False where the table has no emulator for it, or a damaged one.
    bool find_emulator(const ElfKind &kind, EmulatorView &found) const;
    bool has_routes() const { return header_.route_count > 0; }
    plan::Watch watch() const { return header_.watch; }
    /// The native twin of the guest's file at `path`, whose status is `file`. False where there is none.
    bool find_route(const char *path, const struct stat &file, RouteView &found) const;

  private:
    const char *string_at(std::uint32_t offset) const;
    bool holds_strings(std::uint32_t offset, std::uint32_t count) const;
    bool holds(std::uint32_t offset, std::uint64_t count, std::size_t size) const;
    template <class Entry> Entry entry(std::uint32_t offset, std::uint32_t index) const;

    const char *base_ = nullptr;
    plan::ExecTableHeader header_{};
    char short_[512]; ///< a table that fits: reading it costs less than a mapping
};

} // namespace frank::guest
