// frank-launcher's own storage: root's, mode 0700, every parent root's. An instance is a directory named by
// its id, with either `tree` (made here) or `source` (which directory of the administrator's it is).
#pragma once

#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

#include <string>

namespace frank::launcher {

class Storage {
  public:
    /// Makes `directory` where it is missing. LaunchError when it is not root's alone.
    explicit Storage(const std::string &directory);

    /// An empty tree, owned by the foreign range's root.
    void make(const plan::LaunchRequest &request) const;
    /// The same, for native twins.
    void make_twins(const plan::LaunchRequest &request) const;
    /// Remembers the directory behind `fd` by path, device and inode; gives its owner's uid. Refuses this
    /// machine's own system directories, and what is no directory.
    uid_t adopt(const plan::LaunchRequest &request, int fd) const;
    /// The instance's tree, O_PATH. ESTALE when an adopted directory is no longer the one that was
    /// remembered.
    sys::Fd open(const plan::LaunchRequest &request) const;
    /// An adopted directory, O_PATH; no tree that was made here. Else as open().
    sys::Fd open_adopted_tree(const plan::LaunchRequest &request) const;
    /// A tree of make_twins(), O_PATH; no other.
    sys::Fd open_twins(const plan::LaunchRequest &request) const;
    /// A compiler cache, O_PATH; no other tree. Made where there is nothing by that name, for every user of a
    /// session to write to.
    sys::Fd open_cache(const plan::LaunchRequest &request) const;
    /// Fine when there is nothing. ENOTEMPTY while a made tree still holds something.
    void drop(const plan::LaunchRequest &request) const;

  private:
    sys::Fd directory_;
};

} // namespace frank::launcher
