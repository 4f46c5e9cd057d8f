// Two directories or files, compared: kinds, rights, owners, links, and what is in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frank::verify {

struct TreeRules {
    /// Times before this second were set by somebody and must be the same; nothing: times do not count.
    std::optional<long> times_before;
    std::string_view clocked = {}; ///< the name of a file whose content does not count
    std::string_view first = "the first", second = "the second"; ///< how they are called
};

/// What differs, as "PATH: what"; a path is relative to the two. Breakage where one of them cannot be read.
std::vector<std::string> compare_trees(const std::string &a, const std::string &b, TreeRules rules);

} // namespace frank::verify
