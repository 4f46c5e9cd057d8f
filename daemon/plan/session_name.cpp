#include "daemon/plan/session_name.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

constexpr std::size_t max_name = 32;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_name_character(char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '-'; }

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

} // namespace frank::plan
