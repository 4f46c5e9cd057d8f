// What of ours is to be in this machine's own binfmt table: for sessions, where the kernel gives them no
// table of their own, and for programs outside of sessions, where an administrator wants it. frank-launcher
// does it; here it is known what is wanted, and noticed when somebody else changes the table.
#pragma once

#include "daemon/plan/config.hpp"
#include "daemon/plan/host_table.hpp"
#include "daemon/session/ledger.hpp"
#include "daemon/session/machine.hpp"

#include <list>
#include <map>
#include <set>

namespace frank::session {

class HostTable {
  public:
    using Done = std::function<void(plan::Result<void>)>;

    /// Programs of sessions that must run; let go of by destruction. The HostTable must outlive it.
    class Hold {
      public:
        Hold() = default;
        Hold(HostTable &table, std::vector<plan::Arch> arches, std::shared_ptr<Done> ready)
            : table_(&table), arches_(std::move(arches)), ready_(std::move(ready)) {}
        Hold(Hold &&other) noexcept
            : table_(std::exchange(other.table_, nullptr)), arches_(std::move(other.arches_)),
              ready_(std::move(other.ready_)) {}
        Hold &operator=(Hold &&other) noexcept {
            reset();
            ready_ = std::move(other.ready_);
            table_ = std::exchange(other.table_, nullptr);
            arches_ = std::move(other.arches_);
            return *this;
        }
        ~Hold() { reset(); }
        void reset() {
            ready_.reset();
            if (HostTable *table = std::exchange(table_, nullptr))
                table->release(arches_);
        }

      private:
        HostTable *table_ = nullptr;
        std::vector<plan::Arch> arches_;
        std::shared_ptr<Done> ready_; ///< nobody is told any more who has let go
    };

    /// `state`: frankend's own directory, where what was enabled is kept.
    HostTable(sys::EventLoop &loop, Machine &machine, const plan::Config &config, std::string state);

    /// From here on frank-launcher is asked: first for what there is and what a frankend before left.
    void begin();
    bool begun() const { return begun_; }
    plan::TableKind kind() const { return kind_; }

    /// `ready` is called once: at once where sessions have tables of their own, else when the entries are in
    /// this machine's.
    Hold hold(std::vector<plan::Arch> arches, Done ready);
    /// For programs outside of sessions. Both are remembered, and no error where it is so already.
    void enable(plan::Arch arch, Done done);
    void disable(plan::Arch arch, Done done);

    /// Unavailable where it cannot be read. Newest first.
    plan::Result<std::vector<plan::TableEntry>> entries() const;
    /// "sessions" or "programs" for an entry of ours, "" for others'.
    std::string purpose(const plan::TableEntry &entry) const;

  private:
    friend class Hold;
    void release(const std::vector<plan::Arch> &arches);
    std::uint64_t for_sessions() const;
    std::uint64_t for_programs() const;
    bool wanted() const;
    void store(const std::set<plan::Arch> &enabled);
    void ask(Done done);
    void send();
    void answered(const plan::LaunchReply &reply, sys::Fd view);
    void watch();
    void noticed();

    sys::EventLoop &loop_;
    Machine &machine_;
    const plan::Config &config_;
    std::string state_;
    plan::TableKind kind_ = plan::TableKind::unknown;
    bool begun_ = false;
    bool again_ = false;
    std::map<plan::Arch, std::size_t> held_;
    std::set<plan::Arch> enabled_;
    plan::LaunchRequest request_;
    std::vector<Done> next_, waiting_; ///< for the request that is to be sent; for the one under way
    sys::Fd view_, notify_;
    sys::EventSource notify_source_, timer_;
    std::unique_ptr<Launch> launch_;
};

} // namespace frank::session
