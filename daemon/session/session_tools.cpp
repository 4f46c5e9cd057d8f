// Session: commands of frankend's own in it, and what changes its exec table while it runs.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/session.hpp"
#include "daemon/session/spawn_failure.hpp"
#include "daemon/sys/file.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>

namespace frank::session {

namespace {

std::pair<sys::Fd, sys::Fd> make_pipe() {
    int ends[2] = {-1, -1};
    sys::must(::pipe2(ends, O_CLOEXEC), "make pipe");
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

plan::Result<void> outcome_of(int wait_status, const std::string &program) {
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        return {};
    return plan::refuse(Error::failed,
                        program + (WIFEXITED(wait_status)
                                       ? " ended with status " + std::to_string(WEXITSTATUS(wait_status))
                                       : " was killed by signal " + std::to_string(WTERMSIG(wait_status))));
}

} // namespace

void Session::run_tool(Tool tool) {
    if (tool_)
        return tools_waiting_.push_back(std::move(tool));
    const auto done = tool.done;
    guarded(
        [&] {
            if (state_ != SessionState::running)
                throw std::system_error(ESRCH, std::generic_category(), "run a command in " + name());
            auto [output, write_end] = make_pipe();
            plan::SpawnRequest request{tool.argv, "/", {}, {1}, "root"};
            request.own_table = !tool.table.empty();
            std::vector<sys::Fd> fds;
            fds.push_back(std::move(write_end));
            if (request.own_table)
                fds.push_back(sys::sealed_memfd("frank-exec-table", tool.table));
            auto running = std::make_unique<RunningTool>();
            running->id = context_.job_files.next_id();
            running->output = std::make_unique<LineReader>(context_.loop, std::move(output), tool.line);
            running->tool = std::move(tool);
            if (!guest_->send(plan::InitType::spawn, running->id, 0, 0, plan::encode_spawn(request, 0),
                              std::move(fds)))
                throw std::system_error(EAGAIN, std::generic_category(), "reach session " + name());
            tool_ = std::move(running);
        },
        [&](const plan::Refusal &why) {
            context_.mailbox.post(Task([done, why] { done(tl::unexpected(why)); }));
        });
}

void Session::end_tool() {
    tools_waiting_.clear();
    if (!tool_)
        return;
    (void)message(plan::InitType::signal, tool_->id, SIGKILL);
    tool_->tool.done = [](const plan::Result<void> &) {};
    tool_->tool.line = [](std::string_view) {};
}

bool Session::tool_said(const plan::InitHeader &header) {
    if (!tool_ || header.job != tool_->id)
        return false;
    if (header.type != plan::InitType::exited && header.type != plan::InitType::spawn_failed)
        return true;
    const std::unique_ptr<RunningTool> over = std::move(tool_);
    over->output->finish();
    const std::string &program = over->tool.argv.front();
    if (header.type == plan::InitType::exited) {
        (void)guest_->send(plan::InitType::forget, over->id);
        over->tool.done(outcome_of(header.a, program));
    } else {
        const plan::SpawnRequest request{over->tool.argv, "/", {}, {}, "root"};
        over->tool.done(tl::unexpected(spawn_failure(header.b, header.a, request, name())));
    }
    if (!tool_ && !tools_waiting_.empty()) {
        Tool next = std::move(tools_waiting_.front());
        tools_waiting_.pop_front();
        run_tool(std::move(next));
    }
    return true;
}

std::vector<std::byte> Session::table_with(std::vector<plan::RouteEntry> routes) const {
    return session_exec_table(settings_, arches_of(settings_, context_.machine.emulated()),
                              context_.catalogue.boards, {}, plan::Watch::none, std::move(routes));
}

bool Session::send_routes(const std::vector<plan::RouteEntry> &routes, sys::Fd twins) {
    if (state_ != SessionState::running || !guest_)
        return false;
    const int with_twins = twins ? 1 : 0;
    std::vector<sys::Fd> fds;
    if (twins)
        fds.push_back(std::move(twins));
    fds.push_back(sys::sealed_memfd("frank-exec-table", table_with(routes)));
    return guest_->send(plan::InitType::routes, 0, with_twins, 0, {}, std::move(fds));
}

} // namespace frank::session
