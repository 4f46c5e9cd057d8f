#include "daemon/plan/glibc.hpp"

namespace frank::plan {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes a number of at most three digits off `text`.
std::optional<std::uint32_t> take_number(std::string_view &text) {
    constexpr std::size_t most_digits = 3;
    std::uint32_t value = 0;
    std::size_t digits = 0;
    while (!text.empty() && is_digit(text.front())) {
        if (++digits > most_digits)
            return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(text.front() - '0');
        text.remove_prefix(1);
    }
    return digits == 0 ? std::nullopt : std::optional(value);
}

std::optional<GlibcVersion> take_version(std::string_view &text) {
    const auto major = take_number(text);
    if (!major || !text.starts_with('.'))
        return std::nullopt;
    text.remove_prefix(1);
    const auto minor = take_number(text);
    return minor ? std::optional(GlibcVersion{*major, *minor}) : std::nullopt;
}

} // namespace

std::optional<GlibcRule> parse_glibc_rule(std::string_view text) {
    GlibcRule rule;
    rule.at_least = text.starts_with(">=");
    if (!rule.at_least && !text.starts_with('<'))
        return std::nullopt;
    text.remove_prefix(rule.at_least ? 2 : 1);
    while (text.starts_with(' '))
        text.remove_prefix(1);
    const auto version = take_version(text);
    if (!version || !text.empty())
        return std::nullopt;
    rule.version = *version;
    return rule;
}

std::optional<GlibcVersion> glibc_in(std::string_view bytes) {
    constexpr std::string_view start = "GNU C Library (";
    constexpr std::string_view words = " release version ";
    for (std::size_t at = bytes.find(start); at != std::string_view::npos; at = bytes.find(start, at + 1)) {
        std::string_view banner{bytes.data() + at, // not substr(), which can throw
                                bytes.size() - at < max_banner_bytes ? bytes.size() - at : max_banner_bytes};
        const std::size_t version = banner.find(words);
        if (version == std::string_view::npos)
            continue;
        banner.remove_prefix(version + words.size());
        // A version that the end of `bytes` cuts off is none.
        if (const auto found = take_version(banner); found && !banner.empty())
            return found;
    }
    return std::nullopt;
}

} // namespace frank::plan
