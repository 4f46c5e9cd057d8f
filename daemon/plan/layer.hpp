// Trees one over the other: what a root's own tree lies over, and its snapshots. Pure.
#pragma once

#include "daemon/plan/instance.hpp"
#include "daemon/plan/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

inline constexpr std::size_t max_snapshots = 128; // of one root

/// A tree that nobody changes any more, since others lie over it or may again.
struct Layer {
    Instance instance{};
    Instance below{}; ///< no_instance: nothing

    bool operator==(const Layer &) const = default;
};

std::string to_toml(const Layer &layer);
/// Refuses a torn, foreign or newer file.
Result<Layer> layer_from_toml(std::string_view text);

struct Snapshot {
    std::string tag;
    Instance instance{};       ///< the layer
    std::uint64_t created = 0; ///< microseconds since 1970

    bool operator==(const Snapshot &) const = default;
};

/// What of a root's settings tells of its layers.
struct Layering {
    Instance base{};         ///< the layer that its own tree lies over; no_instance: nothing
    bool untouched = false;  ///< nothing ran with its own tree since that was made, so it holds nothing
    bool throw_away = false; ///< goes with its last command
    std::vector<Snapshot> snapshots{}; ///< oldest first

    const Snapshot *find(std::string_view tag) const;
    bool any() const;
    bool operator==(const Layering &) const = default;
};

/// [A-Za-z0-9][A-Za-z0-9._-]{0,63}
Result<std::string> parse_tag(std::string_view text);

} // namespace frank::plan
