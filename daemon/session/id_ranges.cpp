#include "daemon/session/id_ranges.hpp"

#include "daemon/plan/launch_request.hpp"

#include <charconv>
#include <set>

namespace frank::session {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

/// Ids are 32 bits wide; a longer number is no id.
std::optional<std::uint64_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::vector<IdRange> ranges_in_subid(std::string_view text) {
    std::vector<IdRange> ranges;
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() != 3)
            continue;
        const auto first = number(fields[1]), count = number(fields[2]);
        if (first && count && *count > 0)
            ranges.push_back({*first, *count});
    }
    return ranges;
}

std::vector<IdRange> ids_in_passwd(std::string_view text) {
    std::vector<IdRange> ids;
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() < 4)
            continue;
        if (const auto id = number(fields[2]))
            ids.push_back({*id, 1});
    }
    return ids;
}

std::optional<std::uint32_t> free_id_base(std::span<const IdRange> taken) {
    std::set<std::uint64_t> slots; // numbers of ranges that something meets
    constexpr std::uint64_t first = plan::id_base_min / plan::id_range_size;
    constexpr std::uint64_t last = plan::id_base_max / plan::id_range_size;
    for (const IdRange &range : taken) {
        if (range.count == 0)
            continue;
        const std::uint64_t begin = std::max(range.first / plan::id_range_size, first);
        const std::uint64_t end = std::min((range.first + range.count - 1) / plan::id_range_size, last);
        for (std::uint64_t slot = begin; slot <= end; ++slot)
            slots.insert(slot);
    }
    for (std::uint64_t slot = first; slot <= last; ++slot)
        if (!slots.contains(slot))
            return static_cast<std::uint32_t>(slot * plan::id_range_size);
    return std::nullopt;
}

} // namespace frank::session
