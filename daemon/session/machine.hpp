// THE SEAM: all that the ledger asks of the world outside. One real implementation (launcher_link), one fake
// in tests.
#pragma once

#include "daemon/plan/launch_request.hpp"
#include "daemon/session/ledger.hpp"
#include "daemon/sys/fd.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace frank::session {

/// A launcher at work. Destroying it forgets the answer; for a workshop it also ends the workshop.
class Launch {
  public:
    virtual ~Launch() = default;
};

/// A file, and a text that is another one when the file is.
struct EmulatorSeen {
    std::string path;
    std::string stamp;
    bool operator==(const EmulatorSeen &) const = default;
};

class Machine {
  public:
    using Launched = std::function<void(const plan::LaunchReply &)>;
    virtual ~Machine() = default;

    /// Sends the request to frank-launcher; `launched` is called once, from the event loop. A launcher that
    /// cannot be reached is a reply with Rung::request and its errno. The Launch must be kept for as long as
    /// a workshop is to run. `fds` stay the caller's, who may close them when this returns. The Launch may be
    /// destroyed inside `launched`.
    virtual std::unique_ptr<Launch> launch(const plan::LaunchRequest &request, std::span<const int> fds,
                                           Launched launched) = 0;
    /// A request whose reply comes with a descriptor (plan::has_descriptor), where it worked. Answered as
    /// launch() is.
    using Asked = std::function<void(const plan::LaunchReply &, sys::Fd)>;
    virtual std::unique_ptr<Launch> ask(const plan::LaunchRequest &request, Asked asked) = 0;
    /// What can be seen of this machine without privilege, for Diagnose. Called with the loop running.
    virtual void diagnose(std::function<void(std::vector<Finding>)> done) = 0;
    /// Which file of this machine's emulates it; an empty path: none.
    virtual EmulatorSeen emulator_of(plan::Arch) const { return {}; }
    /// Does its kernel run such programs by itself? Also for Arch::none: nothing is to be emulated.
    virtual bool runs(plan::Arch arch) const { return arch == plan::Arch::none || plan::info(arch).native; }
    /// `changed`: the file of an emulator came or went. At most one watch at a time.
    virtual void watch_emulators(const std::function<void()> & /*changed*/) {}
    /// Has it a cross compiler for `arch`, of this Debian suite?
    virtual bool has_cross_tools(const std::string & /*suite*/, plan::Arch) const { return false; }
    /// One architecture of each emulator that this machine has.
    virtual std::vector<plan::Arch> emulated() const { return {}; }
};

} // namespace frank::session
