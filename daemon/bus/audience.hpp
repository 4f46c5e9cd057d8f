// Who hears the news. sd-bus would tell everybody on the bus; this tells the owner's and root's connections,
// one by one, and only those that asked.
#pragma once

#include "daemon/bus/caller.hpp"
#include "daemon/bus/peer_watch.hpp"
#include "daemon/plan/result.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace frank::bus {

using PropertyMap = std::map<std::string, sdbus::Variant>;

class Audience {
  public:
    /// `under` is not owned.
    explicit Audience(const contract::Underneath &under) : under_(under) {}

    /// Until it leaves the bus. Joining twice is joining once.
    plan::Result<void> join(const Caller &caller);

    void added(std::uint32_t owner, const std::string &path, const std::string &interface,
               const PropertyMap &properties);
    void changed(std::uint32_t owner, const std::string &path, const std::string &interface,
                 const PropertyMap &properties);
    void removed(std::uint32_t owner, const std::string &path, const std::string &interface);

  private:
    struct Member {
        std::uint32_t uid;
        std::unique_ptr<PeerWatch> watch;
    };

    template <class... Values>
    void tell(std::uint32_t owner, const char *path, const char *interface, const char *signal,
              const Values &...values);

    const contract::Underneath &under_;
    std::map<std::string, Member> members_; ///< by unique name
};

} // namespace frank::bus
