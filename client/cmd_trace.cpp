#include "client/attached_job.hpp"
#include "client/command.hpp"
#include "client/output.hpp"
#include "client/terminal.hpp"
#include "client/trace_text.hpp"

#include <CLI/App.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>

namespace frank::client {

namespace {

struct TraceOptions {
    CommandOptions command;
    std::string output;
};

/// Where the trace goes: the file, or standard error.
Fd open_output(const std::string &path) {
    if (path.empty())
        return own_description(STDERR_FILENO, O_WRONLY);
    Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
    if (!file || fcntl(file.get(), F_SETFL, O_NONBLOCK) != 0)
        throw system_failure("cannot write the trace to '" + path + "'");
    return file;
}

/// From the command's emulators through frankctl to the output.
class Trace {
  public:
    Trace(EventLoop &loop, Fd from, Fd to) : copier_(loop, std::move(from), std::move(to)) {
        copier_.rework(TraceText::growth,
                       [text = TraceText()](std::string_view raw) mutable { return text.rework(raw); });
        copier_.on_end([this](Copier::End end) {
            over_ = true;
            if (end == Copier::End::sink)
                complain(std::string("the trace cannot be written any more: ") + std::strerror(errno));
        });
    }
    bool over() const { return over_; }

  private:
    bool over_ = false;
    Copier copier_;
};

int trace(const TraceOptions &options, const Invocation &invocation) {
    Streams streams(true, 0);
    Fd output = open_output(options.output);
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
        throw system_failure("pipe");
    Fd input(ends[0]);
    Options details;
    details["trace"] = sdbus::Variant{sdbus::UnixFd{ends[1], sdbus::adopt_fd}};

    DaemonLink link(invocation.globals);
    Attendant attendant(link);
    const std::string path =
        spawn_command(link, attendant, options.command, std::move(details), streams, invocation.command);
    const Trace trace(attendant.loop(), std::move(input), std::move(output));
    const JobEnd end = attend_command(link, attendant, streams, path);
    while (!trace.over()) // as strace -f does: what the command left running is traced to its end
        attendant.loop().turn();
    tell_breakage(link, path);
    return exit_status_of(end, job_title(job_id(path)));
}

} // namespace

Action define_trace(CLI::App &verb) {
    const auto options = std::make_shared<TraceOptions>();
    add_command_options(verb, options->command);
    verb.add_option("-o,--output", options->output, "write the trace there instead of to standard error")
        ->type_name("FILE");
    return [options](const Invocation &invocation) { return trace(*options, invocation); };
}

} // namespace frank::client
