#include "client/text.hpp"

#include <array>

namespace frank::client {

namespace {

struct Character {
    std::size_t length; ///< bytes; 0: not UTF-8
    char32_t point;
};

/// The character that `text`, which is not empty, begins with: no overlong form, no surrogate.
Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return {1, lead};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return {0, 0};
    char32_t point = lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80)
            return {0, 0};
        point = (point << 6U) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return {0, 0};
    return {length, point};
}

bool is_harmful(char32_t point) {
    return point < 0x20 || (point >= 0x7f && point < 0xa0) ||       // C0, DEL, C1
           point == 0x061c || point == 0x200e || point == 0x200f || // direction marks
           (point >= 0x2028 && point <= 0x202e) ||                  // separators, embeddings, overrides
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

} // namespace

bool is_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const Character next = first_character(bytes);
        if (next.length == 0)
            return false;
        bytes.remove_prefix(next.length);
    }
    return true;
}

std::string printable(std::string_view raw) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    while (!raw.empty()) {
        const Character next = first_character(raw);
        const bool keep = next.length != 0 && !is_harmful(next.point);
        const std::size_t length = next.length == 0 ? 1 : next.length;
        for (const char c : raw.substr(0, length)) {
            const auto byte = static_cast<unsigned char>(c);
            if (keep)
                text += c;
            else
                text.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 0xfU]);
        }
        raw.remove_prefix(length);
    }
    return text;
}

std::size_t width(std::string_view text) {
    std::size_t characters = 0;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80)
            ++characters;
    return characters;
}

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string clipped(std::string_view text, std::size_t columns) {
    std::size_t end = 0;
    while (end < text.size() && columns > 0) {
        ++end;
        while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
            ++end;
        --columns;
    }
    return std::string(text.substr(0, end));
}

} // namespace frank::client
