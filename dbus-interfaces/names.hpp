// The strings of the contract that XML cannot carry: where the service is and how its objects are named.
#pragma once

#include <string>
#include <string_view>

namespace frank::contract {

inline constexpr const char *bus_name = "org.frankend1";
inline constexpr const char *manager_path = "/org/frankend1";
inline constexpr const char *session_prefix = "/org/frankend1/session/";
inline constexpr const char *job_prefix = "/org/frankend1/job/";

inline constexpr const char *manager_interface = "org.frankend1.Manager";
inline constexpr const char *session_interface = "org.frankend1.Session";
inline constexpr const char *job_interface = "org.frankend1.Job";

/// A session's name as an object path element. Names are [a-z][a-z0-9-]*, and "@" with [a-z0-9]* for one that
/// is thrown away; what a path does not allow becomes "_2d" and "_40", as sd_bus_path_encode() has it.
inline std::string session_path(std::string_view name) {
    std::string path = session_prefix;
    for (const char c : name)
        path += c == '-' ? "_2d" : c == '@' ? "_40" : std::string(1, c);
    return path;
}

/// Of the element that session_path() made.
inline std::string session_name(std::string_view element) {
    std::string name;
    while (!element.empty()) {
        const char escaped = element.starts_with("_2d") ? '-' : element.starts_with("_40") ? '@' : '\0';
        name += escaped == '\0' ? element.front() : escaped;
        element.remove_prefix(escaped == '\0' ? 1 : 3);
    }
    return name;
}

inline std::string job_path(std::string_view id) { return std::string(job_prefix).append(id); }

} // namespace frank::contract
