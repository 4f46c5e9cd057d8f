// Which host ids a new session may have. Pure: texts and numbers in, a number out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace frank::session {

struct IdRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;

    bool operator==(const IdRange &) const = default;
};

/// /etc/subuid and /etc/subgid (subuid(5)): "NAME:FIRST:COUNT". Lines that are not so are passed over.
std::vector<IdRange> ranges_in_subid(std::string_view text);
/// /etc/passwd and /etc/group: the third field, a range of one each.
std::vector<IdRange> ids_in_passwd(std::string_view text);

/// The lowest base of a range of plan::id_range_size ids, aligned to its size, between plan::id_base_min and
/// plan::id_base_max, that meets none of `taken`. Nothing where there is none.
std::optional<std::uint32_t> free_id_base(std::span<const IdRange> taken);

} // namespace frank::session
