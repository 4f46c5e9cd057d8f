// What storage*.cpp has together: the files of one instance.
#pragma once

#include "daemon/launcher/storage.hpp"

#include <optional>
#include <string>
#include <sys/stat.h>

namespace frank::launcher {

inline constexpr const char *below_file = "below"; ///< of a layer: the instance that it lies over

inline std::string instance_name(const plan::LaunchRequest &request) {
    return plan::to_text(request.instance);
}

/// `what` is told where it fails.
struct stat status(int fd, const char *what);
sys::Fd open_instance(const sys::Fd &directory, const std::string &name);
/// By a path without any link; an empty Fd where it fails.
sys::Fd open_adopted(const std::string &path);
/// What adopt() wrote; nothing where the tree was made here.
std::optional<std::string> read_source(const sys::Fd &instance);
sys::Fd open_remembered(const std::string &source);
/// Empty, and the foreign range's root's.
void make_tree(const sys::Fd &instance);

} // namespace frank::launcher
