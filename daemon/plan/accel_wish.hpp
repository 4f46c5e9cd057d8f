// What a session's owner wants of its acceleration before it ever ran. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace frank::plan {

/// `automatic`: on where that takes no download.
enum class AccelWish : std::uint8_t { automatic, on, off };

constexpr std::optional<AccelWish> accel_wish(std::string_view text) {
    if (text == "auto")
        return AccelWish::automatic;
    if (text == "on")
        return AccelWish::on;
    if (text == "off")
        return AccelWish::off;
    return std::nullopt;
}

} // namespace frank::plan
