#include "daemon/plan/printable.hpp"

#include <cstdint>

namespace frank::plan {

namespace {

struct Character {
    std::uint32_t code;
    std::size_t bytes; ///< 0: no valid UTF-8 here
};

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
Character decode(std::string_view text, std::size_t at) {
    const std::uint8_t first = byte_at(text, at);
    if (first < 0x80)
        return {first, 1};
    const std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + bytes > text.size())
        return {0, 0};
    std::uint32_t code = first & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte_at(text, at + i) & 0xc0) != 0x80)
            return {0, 0};
        code = code << 6 | (byte_at(text, at + i) & 0x3fU);
    }
    const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    const bool outside = code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
    return overlong || outside ? Character{0, 0} : Character{code, bytes};
}

/// What a terminal acts on, or what makes a line read in another order than it is: C0, DEL, C1, line
/// separators, bidirectional controls.
bool is_control(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f;
}

std::string escaped(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (bytes == "\n")
        return "\\n";
    if (bytes == "\t")
        return "\\t";
    if (bytes == "\r")
        return "\\r";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += "\\x";
        text += digits[byte_at(bytes, i) >> 4];
        text += digits[byte_at(bytes, i) & 15];
    }
    return text;
}

} // namespace

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view ellipsis = "…";
    std::string out;
    std::size_t room_for_ellipsis = 0; // the longest prefix of `out` that leaves room for it
    for (std::size_t at = 0; at < text.size();) {
        const Character character = decode(text, at);
        const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
        const std::string_view piece = text.substr(at, bytes);
        const bool plain = character.bytes != 0 && !is_control(character.code);
        const std::string shown = plain ? std::string(piece) : escaped(piece);
        if (out.size() + shown.size() > limit) {
            out.resize(room_for_ellipsis);
            return limit < ellipsis.size() ? out : out.append(ellipsis);
        }
        out += shown;
        if (out.size() + ellipsis.size() <= limit)
            room_for_ellipsis = out.size();
        at += bytes;
    }
    return out;
}

} // namespace frank::plan
