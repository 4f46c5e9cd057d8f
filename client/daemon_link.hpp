// The way to frankend: the connection, its objects, and every bus error turned into a Failure. Nothing else
// in the client catches a D-Bus error.
#pragma once

#include "client/command.hpp"
#include "client/failure.hpp"
#include "dbus-interfaces/names.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <job_proxy.hpp>
#include <manager_proxy.hpp>
#include <map>
#include <memory>
#include <session_proxy.hpp>
#include <string>
#include <vector>

namespace frank::client {

using Options = std::map<std::string, sdbus::Variant>;
using Bytes = std::vector<std::uint8_t>;
using ByteStrings = std::vector<Bytes>;

/// A generated proxy on the link's connection; calls of it block.
template <class Interface> class Remote final : public sdbus::ProxyInterfaces<Interface> {
  public:
    Remote(sdbus::IConnection &connection, const std::string &path)
        : sdbus::ProxyInterfaces<Interface>(connection, contract::ServiceName{contract::bus_name},
                                            sdbus::ObjectPath{path}) {
        this->registerProxy();
    }
    Remote(const Remote &) = delete;
    Remote &operator=(const Remote &) = delete;
    ~Remote() { this->unregisterProxy(); }

    /// For calls whose answer is waited for in the event loop.
    sdbus::IProxy &object() { return this->getProxy(); }
};

using ManagerRemote = Remote<org::frankend1::Manager_proxy>;
using SessionRemote = Remote<org::frankend1::Session_proxy>;
using JobRemote = Remote<org::frankend1::Job_proxy>;

class DaemonLink {
  public:
    explicit DaemonLink(const Globals &globals);

    sdbus::IConnection &connection() { return *connection_; }
    const Globals &globals() const { return globals_; }
    ManagerRemote manager();
    /// Fails where `name` cannot be part of an object's path; whether it exists is for frankend to say.
    SessionRemote session(const std::string &name);
    JobRemote job(const std::string &id);

  private:
    Globals globals_;
    std::unique_ptr<sdbus::IConnection> connection_;
};

/// "session 'rpi3'" and "job 7": what messages call them.
std::string session_title(const std::string &name);
std::string job_title(const std::string &id);
/// The number in a job's path.
std::string job_id(const std::string &path);

/// Does `call`, with D-Bus errors as Failure.
template <class Call> auto asked(const std::string &about, const Call &call) {
    try {
        return call();
    } catch (const sdbus::Error &error) {
        throw failure_of(error.getName(), error.getMessage(), about);
    }
}

/// `text` as a D-Bus string, which has to be UTF-8; `what` names it in the refusal.
const std::string &text_argument(const char *what, const std::string &text);

Bytes bytes_of(const std::string &text);
ByteStrings bytes_of(const std::vector<std::string> &texts);

} // namespace frank::client
