#include "daemon/plan/session_name.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

constexpr std::size_t max_name = 32;
constexpr std::size_t max_mark = 8; // behind "@"

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_mark_character(char c) { return is_lower(c) || (c >= '0' && c <= '9'); }
bool is_name_character(char c) { return is_mark_character(c) || c == '-'; }

} // namespace

Result<SessionName> SessionName::parse(std::string_view text) {
    if (text.empty())
        return refuse(Error::invalid_argument, "a session needs a name, such as \"rpi3\"");
    if (text.size() > max_name || !is_lower(text.front()) || !std::ranges::all_of(text, is_name_character))
        return refuse(
            Error::invalid_argument,
            "\"" + printable(text, 64) +
                "\" cannot be a session's name: use a to z, 0 to 9 and \"-\", a letter first, at most 32");
    return SessionName(text);
}

Result<SessionName> SessionName::parse_any(std::string_view text) {
    const std::size_t at = text.find('@');
    auto name = parse(text.substr(0, at));
    if (!name || at == std::string_view::npos)
        return name;
    const std::string_view mark = text.substr(at + 1);
    if (mark.empty() || mark.size() > max_mark || !std::ranges::all_of(mark, is_mark_character))
        return refuse(Error::invalid_argument,
                      "\"" + printable(text, 64) + "\" cannot be a throw-away session");
    return SessionName(text);
}

} // namespace frank::plan
