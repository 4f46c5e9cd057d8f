#include "daemon/plan/bind.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>

namespace frank::plan {

namespace {

constexpr std::size_t longest_name = 255; // NAME_MAX, linux/limits.h

bool is_at_or_below(std::string_view path, std::string_view place) {
    return path.starts_with(place) && (path.size() == place.size() || path[place.size()] == '/');
}

Result<std::string> bad(std::string_view text, const char *why) {
    return refuse(Error::invalid_argument, "\"" + printable(text, 200) + "\" " + why);
}

} // namespace

Result<std::string> parse_bind_target(std::string_view text) {
    if (text.empty() || text.front() != '/')
        return bad(text, "is not absolute: give the path inside the session, from \"/\"");
    if (text.size() > max_bind_target)
        return bad(text, "is too long for a path inside the session");
    if (printable(text, text.size()) != text)
        return bad(text, "has control characters, or is no UTF-8");
    std::string path;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('/'), text.size());
        const std::string_view name = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (name == "..")
            return bad(path + "/..", "leads upwards: give the path without \"..\"");
        if (name.size() > longest_name)
            return bad(name, "is too long for a file's name");
        if (!name.empty() && name != ".")
            (path += '/') += name;
    }
    if (path.empty())
        return bad("/", "is the session's root itself");
    for (const std::string_view own : {"/dev", "/proc", "/sys", "/run/frankend"})
        if (is_at_or_below(path, own) || is_at_or_below(own, path))
            return bad(path, "is a place of the session's own: choose another");
    return path;
}

const Bind *find_bind(const std::vector<Bind> &binds, std::string_view target) {
    const auto found = std::ranges::find(binds, target, &Bind::target);
    return found == binds.end() ? nullptr : &*found;
}

Result<void> check_new_bind(const std::vector<Bind> &binds, const std::string &target) {
    if (binds.size() >= max_binds)
        return refuse(Error::limit_exceeded,
                      "a session has at most " + std::to_string(max_binds) + " directories bound");
    for (const Bind &other : binds) {
        if (other.target == target)
            return refuse(Error::already_exists, "\"" + printable(other.source, 200) + "\" is bound at " +
                                                     target + " already: unbind it first");
        if (is_at_or_below(target, other.target) || is_at_or_below(other.target, target))
            return refuse(Error::invalid_argument, target + " and " + other.target +
                                                       ", where a directory is bound already, are one below "
                                                       "the other: choose another place");
    }
    return {};
}

} // namespace frank::plan
