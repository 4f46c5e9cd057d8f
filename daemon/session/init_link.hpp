// frankend's end of the conversation with one frank-init. What comes from there is untrusted: a message that
// is not as init_wire.hpp has it ends the conversation.
#pragma once

#include "daemon/plan/init_wire.hpp"
#include "daemon/session/job.hpp"
#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/message_socket.hpp"

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace frank::session {

class InitLink {
  public:
    /// Both may destroy the InitLink.
    struct Ears {
        /// `terminal` is held by `spawned` at most.
        std::function<void(const plan::InitHeader &, sys::Fd terminal)> message;
        /// The last call. `why` is empty when the peer simply went away.
        std::function<void(const std::string &why)> closed;
    };

    InitLink(sys::EventLoop &loop, sys::Fd socket, Ears ears);

    /// False when frank-init does not take its messages: nothing was sent. A peer that is gone is told by
    /// `closed`.
    bool send(plan::InitType type, JobId job, int a = 0, int b = 0, std::span<const std::byte> payload = {},
              std::vector<sys::Fd> fds = {});

  private:
    struct Waiting {
        std::vector<std::byte> bytes;
        std::vector<sys::Fd> fds;
    };
    void ready(std::uint32_t events);
    void receive();
    void flush();
    enum class Sent { yes, full, later };
    Sent try_send(const Waiting &message);
    void wait_for_room(Sent why_not);
    void close(const std::string &why);

    sys::EventLoop &loop_;
    sys::Fd socket_;
    Ears ears_;
    std::deque<Waiting> waiting_; ///< what the socket has no room for yet
    sys::EventSource source_, retry_;
};

} // namespace frank::session
