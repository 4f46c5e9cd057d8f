#include "daemon/plan/os_release.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

/// As a shell reads one word: quotes of both kinds, and a backslash outside of single ones. Nothing is
/// expanded.
std::string unquoted(std::string_view value) {
    std::string text;
    char quote = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const char c = value[i];
        if (quote == 0 && (c == ' ' || c == '\t'))
            break;
        if (c == '\\' && quote != '\'' && i + 1 < value.size())
            text += value[++i];
        else if (quote == c)
            quote = 0;
        else if (quote == 0 && (c == '"' || c == '\''))
            quote = c;
        else
            text += c;
    }
    return text;
}

/// Of the last line that sets it.
std::string value_of(std::string_view os_release, std::string_view name) {
    const std::string key = std::string(name) + "=";
    std::string value;
    while (!os_release.empty()) {
        const std::string_view line = os_release.substr(0, os_release.find('\n'));
        os_release.remove_prefix(std::min(line.size() + 1, os_release.size()));
        if (line.starts_with(key))
            value = unquoted(line.substr(key.size()));
    }
    return value;
}

} // namespace

std::string pretty_name(std::string_view os_release) {
    const std::string name = value_of(os_release, "PRETTY_NAME");
    return printable(name.empty() ? "Linux" : name, 200);
}

std::string debian_suite(std::string_view os_release) {
    const std::string id = value_of(os_release, "ID");
    return id == "debian" || id == "raspbian" ? printable(value_of(os_release, "VERSION_CODENAME"), 40)
                                              : std::string();
}

} // namespace frank::plan
