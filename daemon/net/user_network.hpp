// Ethernet frames of a session on one side, ordinary sockets of this machine on the other; libslirp between
// them. The session's frames are hostile: whoever runs this has no privilege and nothing else open.
#pragma once

#include "daemon/net/timers.hpp"
#include "daemon/sys/fd.hpp"

#include <memory>
#include <poll.h>
#include <vector>

namespace frank::net {

class UserNetwork {
  public:
    /// `tap`: the host's end of a TAP interface (IFF_TAP | IFF_NO_PI), non-blocking. std::system_error where
    /// libslirp does not start.
    explicit UserNetwork(sys::Fd tap);
    UserNetwork(const UserNetwork &) = delete;
    UserNetwork &operator=(const UserNetwork &) = delete;

    /// Until `lifeline` has ended or the interface is gone.
    void run(int lifeline);

  private:
    struct Callbacks; ///< what libslirp calls
    struct Cleanup {
        void operator()(Slirp *slirp) const { slirp_cleanup(slirp); }
    };

    bool take_frames();
    void send_frame(const void *frame, std::size_t size) const;

    sys::Fd tap_;
    Timers timers_; ///< outlives slirp_, whose end removes its own
    std::vector<pollfd> watched_;
    std::vector<unsigned char> frame_;
    std::unique_ptr<Slirp, Cleanup> slirp_;
};

} // namespace frank::net
