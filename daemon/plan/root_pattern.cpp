#include "daemon/plan/root_pattern.hpp"

namespace frank::plan {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

} // namespace

bool is_root_pattern(std::string_view text) {
    if (text.size() < 2 || text.size() > max_pattern_bytes || text.front() != '/')
        return false;
    std::size_t wild = 0;
    while (!text.empty()) {
        text.remove_prefix(1);
        const std::size_t slash = text.find('/');
        const std::string_view part{text.data(), slash == std::string_view::npos ? text.size() : slash};
        if (part.empty() || part == "." || part == "..")
            return false;
        for (const char c : part)
            if (is_control(c))
                return false;
        wild += is_wild(part) ? 1 : 0;
        text.remove_prefix(part.size());
    }
    return wild <= max_wild_parts;
}

// One way back is enough: what an earlier "*" took need not change when a later one can take it (the usual
// linear algorithm for shell patterns without brackets).
bool matches(std::string_view name, std::string_view pattern) {
    if (name.starts_with('.') && !pattern.starts_with('.'))
        return false;
    std::size_t n = 0;
    std::size_t p = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0; ///< by the last "*": up to here
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool path_matches(std::string_view path, std::string_view pattern) {
    const auto take = [](std::string_view &text) {
        const std::size_t slash = text.find('/');
        const std::string_view part{text.data(), slash == std::string_view::npos ? text.size() : slash};
        text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
        return part;
    };
    while (!path.empty() && !pattern.empty())
        if (!matches(take(path), take(pattern)))
            return false;
    return path.empty() && pattern.empty();
}

} // namespace frank::plan
