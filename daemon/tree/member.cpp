#include "daemon/tree/member.hpp"

#include "daemon/plan/printable.hpp"

namespace frank::tree {

using plan::refuse;
using plan::Result;

std::string in_quotes(std::string_view name) { return "\"" + plan::printable(name, 160) + "\""; }

Result<std::string> member_path(std::string_view name) {
    if (name.size() > max_path)
        return refuse(Error::limit_exceeded, "the member " + in_quotes(name) + " has a path longer than " +
                                                 std::to_string(max_path) + " bytes");
    std::string path;
    std::size_t depth = 0;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        const std::string_view part = name.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".")
            continue;
        if (part == "..")
            return refuse(Error::bad_image,
                          "the member " + in_quotes(name) + " leads out of the root by \"..\"");
        if (part.size() > max_name)
            return refuse(Error::limit_exceeded, "the member " + in_quotes(name) +
                                                     " has a name longer than " + std::to_string(max_name) +
                                                     " bytes");
        if (++depth > max_depth)
            return refuse(Error::limit_exceeded, "the member " + in_quotes(name) + " is deeper than " +
                                                     std::to_string(max_depth) + " directories");
        if (!path.empty())
            path += '/';
        path += part;
    }
    return path.empty() ? "." : path;
}

std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

} // namespace frank::tree
