// Files of a native root, copied with the shared libraries that they need. The libraries come to lie in one
// directory, by the names that they are asked for.
#pragma once

#include "daemon/plan/result.hpp"
#include "daemon/tree/twin_program.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace frank::tree {

/// DIRECTORY/NAME.
inline std::string below(std::string directory, std::string_view name) {
    directory += '/';
    return directory += name;
}

/// Names in a directory below `root`; none where it cannot be read.
std::vector<std::string> names_below(int root, const std::string &path);

class TwinLibraries {
  public:
    /// `root` must stay open.
    TwinLibraries(int root, std::string directory) : root_(root), directory_(std::move(directory)) {}

    /// The file at `path` (links are the root's), as `to` below the directory.
    plan::Result<void> copy(const std::string &path, const std::string &to);
    /// Of a file that was copied to the path it has in the root.
    plan::Result<void> add_needs_of(const std::string &path);
    /// What programs are to be given; libraries ask for no directories of their own any more.
    plan::Result<Interpreter> finish();

  private:
    plan::Result<std::string> find(const std::string &name, const std::vector<std::string> &first) const;
    plan::Result<void> add_library(const std::string &name, const std::vector<std::string> &first);
    plan::Result<void> add_needs(const std::string &copy, const std::string &original);

    int root_;
    std::string directory_, loader_;
    std::set<std::string> there_; ///< libraries, by name
    std::uint64_t bytes_ = 0;
    std::size_t files_ = 0;
};

} // namespace frank::tree
