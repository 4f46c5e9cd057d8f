#include "daemon/bus/service.hpp"

#include "dbus-interfaces/names.hpp"

namespace frank::bus {

namespace {

constexpr std::size_t waiting_per_job = 4; // calls of one uid that wait for their answer
constexpr std::size_t waiting_in_all = 4096;

} // namespace

Service::Service(sdbus::IConnection &connection, sys::EventLoop &loop, session::Ledger &ledger,
                 const plan::Config &config, PolkitAuthority::Patience patience)
    : connection_(connection), under_(connection), pump_(under_.bus, loop), callers_(under_.bus),
      authority_(connection, under_.bus, config.limits.pending_authorizations, patience),
      door_(ledger, authority_, callers_,
            Quota("calls that wait for their answer", waiting_per_job * config.limits.jobs, waiting_in_all)),
      audience_(under_), objects_(connection, loop, door_, audience_),
      visibility_(under_, door_, objects_, audience_), manager_(connection, door_) {}

void Service::publish() { connection_.requestName(contract::ServiceName{contract::bus_name}); }

std::unique_ptr<sdbus::IConnection> connect() { return sdbus::createSystemBusConnection(); }

} // namespace frank::bus
