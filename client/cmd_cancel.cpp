#include "client/command.hpp"
#include "client/daemon_link.hpp"
#include "client/polkit_agent.hpp"

#include <CLI/App.hpp>

namespace frank::client {

Action define_cancel(CLI::App &verb) {
    const auto id = std::make_shared<std::string>();
    verb.add_option("JOB", *id, "the job's number; see: frankctl jobs")->required();
    return [id](const Invocation &invocation) {
        DaemonLink link(invocation.globals);
        JobRemote job = link.job(*id);
        authorised(invocation.globals, [&](bool interactive) {
            asked(job_title(*id), [&] { job.Cancel({{"interactive", sdbus::Variant{interactive}}}); });
        });
        return 0;
    };
}

} // namespace frank::client
