// A session or workshop from the making of its sockets to its end: the launch, the control socket to
// frank-init, and the supervisor socket whose end says that all is cleaned up. Owns the directory that the
// sockets lie in.
#pragma once

#include "daemon/plan/arch_set.hpp"
#include "daemon/session/context.hpp"
#include "daemon/session/init_link.hpp"
#include "daemon/session/resource_talk.hpp"

#include <map>
#include <memory>
#include <optional>

namespace frank::session {

using KnownJobs = std::map<JobId, std::optional<int>>;

/// Called from the event loop. Nothing of the Guest is used after the call, so each may destroy it.
class GuestListener {
  public:
    virtual ~GuestListener() = default;
    /// frank-init has said hello, and which jobs it has: with a wait status those that have ended.
    virtual void guest_up(const KnownJobs &known) = 0;
    /// spawned, spawn_failed or exited; only after guest_up.
    virtual void guest_said(const plan::InitHeader &header, sys::Fd terminal) = 0;
    /// It is going to be gone, by itself or since end() was called.
    virtual void guest_ending() = 0;
    /// It was killed and does not end. guest_gone may still come.
    virtual void guest_stuck() = 0;
    /// The last call: nothing of it is left. `why`: what end() was given, or what went wrong.
    virtual void guest_gone(const plan::Refusal &why) = 0;
};

class Guest {
  public:
    Guest(Context &context, std::string directory, GuestListener &listener)
        : context_(context), directory_(std::move(directory)), listener_(listener), resources_(context.loop) {
    }

    /// On breakage nothing was launched and no file is left. `emulator`: as request.emulator says.
    void launch(const plan::LaunchRequest &request, std::span<const std::byte> exec_table,
                std::span<const std::byte> board_files, const sys::Fd &emulator, const RunningRecord &record);
    /// Looks for one that an earlier frankend launched. False: it has ended, and its directory is gone.
    /// `end_it`: not to be used, only to be ended.
    /// `arches`: of its programs.
    bool adopt(bool end_it, std::vector<plan::Arch> arches = {});

    /// False when it is not up, or takes no more messages.
    bool send(plan::InitType type, JobId job, int a = 0, int b = 0, std::span<const std::byte> payload = {},
              std::vector<sys::Fd> fds = {});
    /// Of what the root held programs when it began, if frank-init tells; from guest_up on.
    const plan::ArchSet &needs() const { return needs_; }
    /// Of its supervisor. False: it is not up, and `done` is not called; else later, at the latest right
    /// before guest_gone, and may not destroy the guest.
    bool ask(const plan::ResourceOrder &order, ResourceTalk::Done done);
    /// Politely where it is up, then by force.
    void end(plan::Refusal why);

  private:
    enum class Phase { idle, launching, greeting, up, ending };

    void send_launch();
    void answered(const plan::LaunchReply &reply);
    void connect_control();
    void connect_supervisor();
    void heard(const plan::InitHeader &header, sys::Fd terminal);
    void greeted(const plan::InitHeader &header, bool with_fd);
    void link_closed(const std::string &why);
    void supervisor_closed();
    void begin_end(plan::Refusal why, bool politely);
    void kill();
    void conclude_soon();
    void conclude();

    Context &context_;
    std::string directory_;
    GuestListener &listener_;
    plan::LaunchRequest request_;
    std::vector<sys::Fd> given_; ///< what goes with the request, until it is sent
    HostTable::Hold hold_;
    Phase phase_ = Phase::idle;
    bool stuck_ = false; ///< killed, and there all the same
    bool workshop_ = false;
    std::unique_ptr<Launch> launch_;
    std::unique_ptr<InitLink> link_;
    sys::Fd supervisor_;
    ResourceTalk resources_;
    std::optional<plan::Refusal> why_;
    std::optional<int> to_hear_; ///< job messages that hello announced and that have not come yet
    KnownJobs known_;
    plan::ArchSet needs_;
    sys::EventSource supervisor_source_, deadline_, conclusion_;
};

} // namespace frank::session
