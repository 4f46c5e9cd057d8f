// One object of the bus for every session and job of the ledger, kept in step by the ledger's news.
#pragma once

#include "daemon/bus/audience.hpp"
#include "daemon/bus/door.hpp"
#include "daemon/bus/job_object.hpp"
#include "daemon/bus/session_object.hpp"
#include "daemon/sys/event_loop.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace frank::bus {

/// What ObjectManager.GetManagedObjects gives.
using ManagedObjects = std::map<sdbus::ObjectPath, std::map<std::string, PropertyMap>>;

class Objects final : public session::Observer {
  public:
    /// Observes the ledger from here to destruction. None of the arguments is owned.
    Objects(sdbus::IConnection &connection, sys::EventLoop &loop, Door &door, Audience &audience);
    ~Objects() override;
    Objects(const Objects &) = delete;
    Objects &operator=(const Objects &) = delete;

    /// Root sees all, others their own.
    ManagedObjects seen_by(std::uint32_t uid) const;

    void session_added(const std::string &name) override;
    void session_changed(const std::string &name) override;
    void session_removed(const std::string &name, std::uint32_t owner) override;
    void job_added(session::JobId id) override;
    void job_changed(session::JobId id) override;
    void job_removed(session::JobId id, std::uint32_t owner) override;

  private:
    void tell_soon();
    void tell();
    void retire(std::shared_ptr<void> object);

    sdbus::IConnection &connection_;
    sys::EventLoop &loop_;
    Door &door_;
    Audience &audience_;
    std::map<std::string, std::unique_ptr<SessionObject>> sessions_;
    std::map<session::JobId, std::unique_ptr<JobObject>> jobs_;
    std::vector<std::shared_ptr<void>> retired_; ///< one of their own handlers may still run
    std::set<std::string> changed_sessions_;     ///< many changes of one turn of the loop are one signal
    std::set<session::JobId> changed_jobs_;
    sys::EventSource telling_, clearing_;
};

} // namespace frank::bus
