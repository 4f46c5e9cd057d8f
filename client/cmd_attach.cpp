#include "client/command.hpp"
#include "client/log_reader.hpp"

#include <CLI/App.hpp>

namespace frank::client {

namespace {

int attach(const std::string &id, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    try {
        LogReader log = open_log(link, id);
        const JobEnd end = follow_log(link, log, id);
        tell_breakage(link, contract::job_path(id));
        return exit_status_of(end, job_title(id));
    } catch (const Failure &failure) {
        // A job that writes no log still has an end to wait for.
        if (!failure.is(Error::invalid_state))
            throw;
    }
    EventLoop loop(link.connection());
    const JobEnd end = wait_for_end(link, loop, contract::job_path(id));
    tell_breakage(link, contract::job_path(id));
    return exit_status_of(end, job_title(id));
}

} // namespace

Action define_attach(CLI::App &verb) {
    const auto id = std::make_shared<std::string>();
    verb.add_option("JOB", *id, "the job's number; see: frankctl jobs --all")->required();
    return [id](const Invocation &invocation) { return attach(*id, invocation); };
}

} // namespace frank::client
