// The members of an ar archive as binutils write it (ar(5): SysV and GNU names, index of 32 or 64 bits).
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace frank::plan {

struct ArchiveMember {
    std::string_view
        name; ///< as the archive has it; where that is a place in the table of long names: from there
    std::string_view head; ///< time, owner, group and mode, as they stand there
    std::span<const std::byte> content;
};

struct Archive {
    /// Symbols in order, each with its member's number. Not an offset: those follow from the members' sizes.
    std::vector<std::pair<std::string_view, std::ptrdiff_t>> index;
    std::vector<ArchiveMember> members;
};

bool is_archive(std::span<const std::byte> file);
/// Nothing for a thin archive and for one that is damaged.
std::optional<Archive> read_archive(std::span<const std::byte> file);

} // namespace frank::plan
