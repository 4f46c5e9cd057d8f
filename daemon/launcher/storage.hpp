// frank-launcher's own storage: root's, mode 0700, every parent root's. An instance is a directory named by
// its id, with either `tree` (made here) or `source` (which directory of the administrator's it is). A layer
// has beside its tree the name of what it lies over (`below`), and in it `root` and overlayfs' `work`.
#pragma once

#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/fd.hpp"

#include <string>
#include <vector>

namespace frank::launcher {

/// One of the trees that a layer lies over.
struct Below {
    sys::Fd tree;         ///< O_PATH
    bool adopted = false; ///< a directory of somebody's, and not of our making
};

class Storage {
  public:
    /// Makes `directory` where it is missing. LaunchError when it is not root's alone.
    explicit Storage(const std::string &directory);

    /// An empty tree, owned by the foreign range's root.
    void make(const plan::LaunchRequest &request) const;
    /// The same, for native twins.
    void make_twins(const plan::LaunchRequest &request) const;
    /// The same, over the tree of request.base. EMLINK where there are plan::max_layers already.
    void make_layer(const plan::LaunchRequest &request) const;
    /// What the instance's tree lies over, the nearest first; nothing where it is no layer.
    std::vector<Below> below(const plan::LaunchRequest &request) const;
    /// Remembers the directory behind `fd` by path, device and inode; gives its owner's uid. Refuses this
    /// machine's own system directories, and what is no directory.
    uid_t adopt(const plan::LaunchRequest &request, int fd) const;
    /// The instance's tree, O_PATH; of a layer all that is its own. ESTALE when an adopted directory is no
    /// longer the one that was remembered.
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
    Below open_below(const plan::Instance &id) const;

    sys::Fd directory_;
};

} // namespace frank::launcher
