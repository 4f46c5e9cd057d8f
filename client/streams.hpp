// The descriptors that a command without a terminal of its own gets: the caller's own, so that no byte passes
// through frankctl; but a terminal never leaves the caller's hands, and a pipe stands for it.
#pragma once

#include "client/copier.hpp"
#include "client/daemon_link.hpp"

#include <memory>
#include <set>

namespace frank::client {

class Streams {
  public:
    using Descriptors = std::map<std::uint32_t, sdbus::UnixFd>;

    /// Takes 0, 1 and 2 if `standard`, and `preserved` more from 3 on. To be called before frankctl opens
    /// anything.
    Streams(bool standard, unsigned preserved);

    const Descriptors &descriptors() const { return descriptors_; }
    /// After the command has got them: frankctl lets go of its copies, so that the command alone decides when
    /// a pipe ends, and begins to copy for terminals. Standard error stays: it is frankctl's too.
    void start(EventLoop &loop);
    /// After the command's end: see Copier::settle().
    bool settle();

  private:
    void pass(int fd);
    void stand_in_for_input();
    void stand_in_for_output(int fd);

    struct Standing {
        Fd ours;
        int fd; ///< the caller's terminal
    };
    Descriptors descriptors_;
    std::vector<Standing> standing_;
    std::set<int> passed_;
    std::vector<std::unique_ptr<Copier>> copiers_;
};

} // namespace frank::client
