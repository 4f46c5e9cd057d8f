// The machine's own binfmt table: what its entries say, who wins, and what to do so that ours are in it and
// that what was there before can be put back. Pure: the table is a list, newest first, which is the order in
// which the kernel asks its entries.
#pragma once

#include "daemon/plan/arch.hpp"
#include "daemon/plan/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

/// One file of binfmt_misc.
struct TableEntry {
    std::string name;
    std::string interpreter;
    std::string flags; ///< in the kernel's order: P O C F
    std::uint32_t offset = 0;
    std::string magic;     ///< bytes; empty: it goes by the file's extension
    std::string mask;      ///< bytes; empty: every bit counts
    std::string extension; ///< without the dot
    bool enabled = true;

    bool operator==(const TableEntry &) const = default;
};

/// `text` is what the kernel shows in the entry's file (Documentation/admin-guide/binfmt-misc.rst).
Result<TableEntry> parse_table_entry(std::string_view name, std::string_view text);
/// The line that registers it, for "register" and for binfmt.d(5). Whether it is enabled is not part of it.
std::string table_line(const TableEntry &entry);
Result<TableEntry> parse_table_line(std::string_view line);

/// Is there a file that both would take? Entries that go by extension take none of ours.
bool overlap(const TableEntry &a, const TableEntry &b);
/// Does it take a file that starts so (at least 256 bytes or all of it) and is called so?
bool takes(const TableEntry &entry, std::string_view head, std::string_view file_name);

/// Ours, for sessions: "frank-NAME", flags PF; for programs outside of sessions: "qemu-NAME", which is where
/// GNOME Builder looks for it. Never C: in this table it would make any foreign setuid file root's.
TableEntry session_table_entry(Arch arch, std::string_view interpreter);
TableEntry host_table_entry(Arch arch, std::string_view interpreter);

/// What is remembered on disk.
struct TableMemory {
    struct Replaced {
        TableEntry entry;
        std::vector<std::string> in_front; ///< who won over it, newest first
        bool operator==(const Replaced &) const = default;
    };
    std::string boot; ///< a table does not outlive its kernel
    std::vector<TableEntry> ours;
    std::vector<Replaced> replaced;     ///< had the name of one of ours
    std::vector<TableEntry> unfinished; ///< others' that are being registered again, in this order

    bool operator==(const TableMemory &) const = default;
};

std::string to_text(const TableMemory &memory);
Result<TableMemory> parse_table_memory(std::string_view text);

enum class TableDeed : std::uint8_t { remove, add, disable };
struct TableStep {
    TableDeed deed;
    TableEntry entry;
    bool operator==(const TableStep &) const = default;
};

struct TablePlan {
    std::vector<TableStep> steps;
    TableMemory before; ///< to be on disk before the first step: a crash between any two is mended by it
    TableMemory after;  ///< and once all are done
};

/// `wanted`: later ones win over earlier ones; each wins over all that is not ours. `stale`: names of ours
/// whose pinned interpreter is not the present one.
TablePlan plan_host_table(const std::vector<TableEntry> &table, const TableMemory &memory,
                          const std::vector<TableEntry> &wanted, std::span<const std::string> stale = {});
/// "remove qemu-arm", "add qemu-arm /usr/bin/qemu-arm PF", "disable qemu-arm".
std::string describe(const TableStep &step);

} // namespace frank::plan
