#include "daemon/session/workshop.hpp"

#include "daemon/plan/board_files.hpp"
#include "daemon/session/breakage.hpp"
#include "daemon/session/launch_requests.hpp"
#include "daemon/session/spawn_failure.hpp"
#include "daemon/session/state_files.hpp"

#include <fcntl.h>
#include <sys/wait.h>

namespace frank::session {

namespace {

constexpr JobId only_job = 1; // a workshop has one, and its own numbers
constexpr std::chrono::milliseconds progress_pause{100};

std::pair<sys::Fd, sys::Fd> make_pipe() {
    int ends[2] = {-1, -1};
    sys::must(::pipe2(ends, O_CLOEXEC), "make pipe");
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

} // namespace

Workshop::Workshop(Context &context, WorkshopOrder order, Ears ears)
    : context_(context), order_(std::move(order)), ears_(std::move(ears)),
      guest_(context, context.runtime.workshop_directory(order_.settings.name.str()), *this) {}

void Workshop::begin() {
    plan::LaunchRequest request =
        request_for(plan::LaunchOp::start_workshop, order_.settings, order_.network);
    std::erase_if(order_.arches, [this](plan::Arch arch) { return context_.machine.runs(arch); });
    add_arches(request, order_.arches);
    if (order_.emulator && request.arch_count > 0)
        request.emulator = request.arches.front();
    else
        order_.emulator.reset();
    guest_.launch(request, workshop_exec_table(order_.arches), plan::encode_board_files({}), order_.emulator,
                  {wall_clock(), {}});
}

void Workshop::cancel() { guest_.end({Error::cancelled, "cancelled"}); }

void Workshop::guest_up(const KnownJobs &) {
    guarded([this] { spawn(); },
            [this](plan::Refusal why) {
                result_ = tl::unexpected(why);
                guest_.end(std::move(why));
            });
}

void Workshop::spawn() {
    auto [output_read, output_write] = make_pipe();
    auto [errors_read, errors_write] = make_pipe();
    output_ =
        std::make_unique<LineReader>(context_.loop, std::move(output_read), [this](std::string_view line) {
            report_.take_output(line);
            report_progress();
        });
    errors_ =
        std::make_unique<LineReader>(context_.loop, std::move(errors_read), [this](std::string_view line) {
            report_.take_error(line);
            log_line(line);
        });
    command_ = plan::SpawnRequest{order_.argv, "/", {}, {1, 2}, "root"};
    std::vector<sys::Fd> fds;
    fds.push_back(std::move(output_write));
    fds.push_back(std::move(errors_write));
    if (order_.input) {
        command_.fd_numbers.push_back(0);
        fds.push_back(std::move(order_.input));
    }
    if (!guest_.send(plan::InitType::spawn, only_job, 0, 0, plan::encode_spawn(command_, 0), std::move(fds)))
        throw std::system_error(EAGAIN, std::generic_category(), "reach frank-init in the workshop");
}

void Workshop::guest_said(const plan::InitHeader &header, sys::Fd) {
    if (header.job != only_job || result_)
        return;
    if (header.type == plan::InitType::spawn_failed)
        result_ = tl::unexpected(spawn_failure(header.b, header.a, command_, "the workshop"));
    else if (header.type == plan::InitType::exited && WIFEXITED(header.a))
        result_ = plan::Result<void>(); // its status is judged when all that it said has been read
    else if (header.type == plan::InitType::exited)
        result_ = plan::refuse(Error::failed,
                               "frank-tree was killed by signal " + std::to_string(WTERMSIG(header.a)));
    if (!result_)
        return;
    if (*result_)
        status_ = WEXITSTATUS(header.a);
    guest_.end({Error::cancelled, "its work is done"});
}

void Workshop::guest_stuck() {
    finish(plan::refuse(Error::busy, "the workshop does not end: a process of it hangs in the kernel"));
}

void Workshop::guest_gone(const plan::Refusal &why) {
    if (output_)
        output_->finish();
    if (errors_)
        errors_->finish();
    if (!result_)
        return finish(tl::unexpected(why));
    finish(*result_ ? report_.outcome(status_) : *result_);
}

void Workshop::log_line(std::string_view line) {
    if (!order_.log || logged_ >= context_.config.limits.log_bytes)
        return;
    const std::string text = std::string(line) + "\n";
    logged_ += text.size();
    if (::write(order_.log.get(), text.data(), text.size()) < 0)
        order_.log.reset(); // a full disk costs the log, not the work
}

void Workshop::report_progress() {
    if (progress_timer_)
        return;
    progress_timer_ = context_.loop.after(progress_pause, [this] {
        progress_timer_.reset();
        ears_.progress(report_.progress());
    });
}

void Workshop::finish(plan::Result<void> result) {
    progress_timer_.reset();
    const auto done = std::exchange(ears_.done, nullptr);
    const TreeReport report = report_;
    if (done)
        done(std::move(result), report);
}

} // namespace frank::session
