// Tells the observer, where there is one. What an observer throws is its own affair: the ledger has changed
// already.
#pragma once

#include "daemon/session/ledger.hpp"

namespace frank::session {

class News {
  public:
    void observe(Observer *observer) { observer_ = observer; }

    void session_added(const std::string &name) const;
    void session_changed(const std::string &name) const;
    void session_removed(const std::string &name, std::uint32_t owner) const;
    void job_added(JobId id) const;
    void job_changed(JobId id) const;
    void job_removed(JobId id, std::uint32_t owner) const;

  private:
    template <class Call> void tell(Call call) const;

    Observer *observer_ = nullptr;
};

} // namespace frank::session
