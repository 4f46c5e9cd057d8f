#include "client/command.hpp"
#include "client/inventory.hpp"
#include "client/output.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

/// Only an ended command has a status; why another one failed is in its log and at attach.
std::string shown_status(const JobInfo &job) {
    return job.state == "exited" || job.state == "killed" ? std::to_string(job.status) : "";
}

/// Of its programs; nothing where the session has no twins.
std::string shown_calls(const JobInfo &job) {
    const std::uint64_t all = job.native_calls + job.emulated_calls;
    return all == 0 ? "" : std::to_string(job.native_calls) + " of " + std::to_string(all);
}

int jobs(bool all, const Invocation &invocation) {
    DaemonLink link(invocation.globals);
    std::vector<JobInfo> shown = take_inventory(link).jobs;
    if (!all)
        shown.erase(std::remove_if(shown.begin(), shown.end(),
                                   [](const JobInfo &job) { return job.state != "running"; }),
                    shown.end());
    if (invocation.globals.json) {
        auto list = nlohmann::ordered_json::array();
        for (const JobInfo &job : shown)
            list.push_back(to_json(job));
        print_json(list);
    } else if (invocation.globals.quiet) {
        for (const JobInfo &job : shown)
            print_line(job.id);
    } else {
        Table table({"ID", "KIND", "SESSION", "STATE", "STATUS", "NATIVELY", "STARTED", "DESCRIPTION"});
        for (const JobInfo &job : shown)
            table.add({job.id, job.kind, job.session, job.state, shown_status(job), shown_calls(job),
                       shown_time(job.started), job.description});
        table.print();
        for (const JobInfo &job : shown)
            if (!job.breakage.empty())
                complain(job_title(job.id) + ": " + job.breakage_line);
    }
    return 0;
}

} // namespace

Action define_jobs(CLI::App &verb) {
    const auto all = std::make_shared<bool>(false);
    verb.add_flag("-a,--all", *all, "those that have ended, too");
    verb.footer("--quiet prints the numbers alone, a line each.");
    return [all](const Invocation &invocation) { return jobs(*all, invocation); };
}

} // namespace frank::client
