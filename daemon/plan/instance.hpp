// What names a tree in frank-launcher's storage: 16 random bytes, 32 hexadecimal digits as text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frank::plan {

using Instance = std::array<std::uint8_t, 16>;

inline std::string to_text(const Instance &instance) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : instance) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

inline std::optional<Instance> instance_from_text(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    Instance instance{};
    if (text.size() != 2 * instance.size() || text.find_first_not_of(digits) != std::string_view::npos)
        return std::nullopt;
    for (std::size_t i = 0; i < instance.size(); ++i)
        instance[i] = static_cast<std::uint8_t>(digits.find(text[2 * i]) << 4 | digits.find(text[2 * i + 1]));
    return instance;
}

} // namespace frank::plan
