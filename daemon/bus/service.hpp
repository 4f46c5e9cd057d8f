// The bus room put together.
#pragma once

#include "daemon/bus/audience.hpp"
#include "daemon/bus/bus_pump.hpp"
#include "daemon/bus/door.hpp"
#include "daemon/bus/manager_object.hpp"
#include "daemon/bus/objects.hpp"
#include "daemon/bus/polkit_authority.hpp"
#include "daemon/bus/visibility.hpp"

namespace frank::bus {

class Service {
  public:
    /// None of the arguments is owned. The connection must outlive the ledger too: the ledger holds replies.
    Service(sdbus::IConnection &connection, sys::EventLoop &loop, session::Ledger &ledger,
            const plan::Config &config, PolkitAuthority::Patience patience = {});

    /// Takes the name: from now on there are callers. Throws sdbus::Error when somebody else has it.
    void publish();

  private:
    sdbus::IConnection &connection_;
    contract::Underneath under_;
    BusPump pump_;
    Callers callers_;
    PolkitAuthority authority_;
    Door door_;
    Audience audience_;
    Objects objects_;
    Visibility visibility_;
    ManagerObject manager_;
};

/// A connection to the system bus, or to the one that DBUS_SYSTEM_BUS_ADDRESS names. It starts no thread.
std::unique_ptr<sdbus::IConnection> connect();

} // namespace frank::bus
