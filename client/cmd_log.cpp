#include "client/command.hpp"
#include "client/log_reader.hpp"

#include <CLI/App.hpp>

namespace frank::client {

namespace {

struct LogOptions {
    std::string job;
    bool follow = false;
};

} // namespace

Action define_log(CLI::App &verb) {
    const auto options = std::make_shared<LogOptions>();
    verb.add_option("JOB", options->job, "the job's number; see: frankctl jobs --all")->required();
    verb.add_flag("-f,--follow", options->follow, "go on until the job ends");
    return [options](const Invocation &invocation) {
        DaemonLink link(invocation.globals);
        LogReader log = open_log(link, options->job);
        if (options->follow)
            (void)follow_log(link, log, options->job);
        else
            log.catch_up();
        tell_breakage(link, contract::job_path(options->job));
        return 0;
    };
}

} // namespace frank::client
