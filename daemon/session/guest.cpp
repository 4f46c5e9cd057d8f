#include "daemon/session/guest.hpp"

#include "daemon/session/breakage.hpp"
#include "daemon/sys/file.hpp"

#include <array>
#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace frank::session {

namespace {

constexpr int backlog = 16;
/// Between the end of a session and the end of its control socket, whose messages are still to be read.
constexpr std::chrono::seconds last_words{1};

plan::Refusal launch_failed(std::string message) { return {Error::launch_failed, std::move(message)}; }

} // namespace

void Guest::launch(const plan::LaunchRequest &request, std::span<const std::byte> exec_table,
                   std::span<const std::byte> board_files, const sys::Fd &emulator,
                   const RunningRecord &record) {
    request_ = request;
    workshop_ = request.op == plan::LaunchOp::start_workshop;
    try {
        context_.runtime.make(directory_, record);
        // frank-launcher gets copies. Ours close here: when the session dies, so do its sockets.
        given_.push_back(sys::listen_seqpacket(directory_ + "/control", backlog));
        given_.push_back(sys::listen_seqpacket(directory_ + "/supervisor", backlog));
        given_.push_back(sys::sealed_memfd("frank-exec-table", exec_table));
        given_.push_back(sys::sealed_memfd("frank-board", board_files));
        if (emulator)
            given_.emplace_back(sys::must(::fcntl(emulator.get(), F_DUPFD_CLOEXEC, 3), "copy descriptor"));
        deadline_ = context_.loop.after(context_.patience.launch, [this] {
            begin_end(launch_failed("frank-init did not come up within " +
                                    std::to_string(context_.patience.launch.count() / 1000) + " seconds"),
                      false);
        });
        phase_ = Phase::launching;
        hold_ = context_.table.hold({request.arches.begin(), request.arches.begin() + request.arch_count},
                                    [this](const plan::Result<void> &ready) {
                                        if (ready)
                                            return send_launch();
                                        why_ = ready.error();
                                        conclude();
                                    });
    } catch (...) {
        given_.clear();
        hold_.reset();
        deadline_.reset();
        phase_ = Phase::idle;
        context_.runtime.remove(directory_);
        throw;
    }
}

void Guest::send_launch() {
    std::vector<int> fds;
    for (const sys::Fd &fd : given_)
        fds.push_back(fd.get());
    launch_ =
        context_.machine.launch(request_, fds, [this](const plan::LaunchReply &reply) { answered(reply); });
    given_.clear();
}

void Guest::answered(const plan::LaunchReply &reply) {
    if (phase_ != Phase::launching)
        return;
    if (reply.rung != plan::Rung::none) {
        why_ = plan::to_refusal(reply, request_);
        return conclude();
    }
    phase_ = Phase::greeting;
    try {
        connect_supervisor();
        connect_control();
    } catch (const std::exception &error) {
        begin_end(launch_failed(std::string("the session ended while it was starting: ") + error.what()),
                  false);
    }
}

bool Guest::adopt(bool end_it, std::vector<plan::Arch> arches) {
    phase_ = Phase::greeting;
    hold_ = context_.table.hold(std::move(arches), [](const plan::Result<void> &) {});
    try {
        connect_supervisor();
    } catch (const std::system_error &error) {
        const int code = error.code().value();
        if (code != ECONNREFUSED && code != ENOENT)
            throw;
        // Nobody holds the socket: the session ended while no frankend was there.
        context_.runtime.remove(directory_);
        hold_.reset();
        phase_ = Phase::idle;
        return false;
    }
    deadline_ = context_.loop.after(context_.patience.launch, [this] {
        begin_end(launch_failed("the session did not answer to a new frankend"), false);
    });
    try {
        if (!end_it)
            connect_control();
    } catch (const std::system_error &) {
        end_it = true;
    }
    if (end_it)
        begin_end(launch_failed("the session ended while frankend was away"), false);
    return true;
}

void Guest::connect_control() {
    const InitLink::Ears ears{
        [this](const plan::InitHeader &header, sys::Fd terminal) { heard(header, std::move(terminal)); },
        [this](const std::string &why) { link_closed(why); }};
    link_ = std::make_unique<InitLink>(context_.loop, sys::connect_seqpacket(directory_ + "/control"), ears);
}

void Guest::connect_supervisor() {
    supervisor_ = sys::connect_seqpacket(directory_ + "/supervisor");
    supervisor_source_ = context_.loop.on_io(supervisor_.get(), EPOLLIN, [this](std::uint32_t) {
        if (!resources_.hear(supervisor_)) // any end of it is the session's
            supervisor_closed();
    });
}

bool Guest::send(plan::InitType type, JobId job, int a, int b, std::span<const std::byte> payload,
                 std::vector<sys::Fd> fds) {
    return phase_ == Phase::up && link_ && link_->send(type, job, a, b, payload, std::move(fds));
}

void Guest::heard(const plan::InitHeader &header, sys::Fd terminal) {
    // While it ends, its last words still count: how commands ended.
    if (phase_ == Phase::up || (phase_ == Phase::ending && to_hear_ == 0))
        return listener_.guest_said(header, std::move(terminal));
    if (phase_ == Phase::greeting)
        greeted(header, static_cast<bool>(terminal));
}

void Guest::greeted(const plan::InitHeader &header, bool with_fd) {
    const bool first = !to_hear_.has_value();
    const bool right = first
                           ? header.type == plan::InitType::hello
                           : header.type == plan::InitType::running || header.type == plan::InitType::exited;
    if (!right || with_fd || (first && (header.a < 0 || header.a > static_cast<int>(plan::init_max_jobs))))
        return begin_end(launch_failed("frank-init did not greet as it must"), false);
    if (first) {
        to_hear_ = header.a;
        needs_ = plan::ArchSet::from_bits(header.job);
    } else {
        --*to_hear_;
        known_[header.job] = header.type == plan::InitType::exited ? std::optional(header.a) : std::nullopt;
    }
    if (*to_hear_ > 0)
        return;
    deadline_.reset();
    phase_ = Phase::up;
    if (!workshop_)
        launch_.reset();
    listener_.guest_up(KnownJobs(known_));
}

void Guest::link_closed(const std::string &why) {
    link_.reset();
    if (!why.empty())
        spdlog::warn("{}: frank-init sent {}", directory_, why);
    if (!supervisor_)
        return conclude();
    if (phase_ != Phase::ending)
        begin_end(launch_failed(phase_ == Phase::up ? "the session ended"
                                                    : "the session ended while it was starting"),
                  false);
}

bool Guest::ask(const plan::ResourceOrder &order, ResourceTalk::Done done) {
    return phase_ == Phase::up && resources_.ask(supervisor_, order, std::move(done));
}

void Guest::supervisor_closed() {
    resources_.end();
    supervisor_source_.reset();
    supervisor_.reset();
    if (!link_)
        return conclude();
    // Its control socket closes too, once what is in it has been read.
    deadline_ = context_.loop.after(last_words, [this] { conclude(); });
    if (phase_ != Phase::ending) {
        phase_ = Phase::ending;
        why_ = launch_failed("the session ended");
        listener_.guest_ending();
    }
}

void Guest::end(plan::Refusal why) {
    if (phase_ == Phase::idle || phase_ == Phase::ending)
        return;
    begin_end(std::move(why), phase_ == Phase::up);
}

void Guest::begin_end(plan::Refusal why, bool politely) {
    if (phase_ == Phase::ending) {
        if (std::exchange(stuck_, false)) // whoever asks again is told again
            kill();
        return;
    }
    why_ = std::move(why);
    phase_ = Phase::ending;
    if (!given_.empty()) { // it was not even asked for
        given_.clear();
        conclude_soon();
        return listener_.guest_ending();
    }
    if (!supervisor_) {
        try {
            connect_supervisor(); // the launcher holds the listener from the moment it has the request
        } catch (const std::system_error &) {
            launch_.reset();
            conclude_soon();
            return listener_.guest_ending();
        }
    }
    launch_.reset(); // ends a workshop
    if (politely && link_ && (workshop_ || link_->send(plan::InitType::shutdown, 0)))
        deadline_ = context_.loop.after(context_.patience.shutdown, [this] { kill(); });
    else
        kill();
    listener_.guest_ending();
}

void Guest::kill() {
    const auto byte = std::as_bytes(std::span(&plan::supervisor_kill, 1));
    guarded([&] { (void)sys::send_message(supervisor_.get(), byte, {}); },
            [this](const plan::Refusal &why) { spdlog::warn("{}: {}", directory_, why.message); });
    deadline_ = context_.loop.after(context_.patience.kill, [this] {
        spdlog::error("{}: it was killed and does not end", directory_);
        stuck_ = true;
        listener_.guest_stuck();
    });
}

void Guest::conclude_soon() {
    conclusion_ = context_.loop.soon([this] { conclude(); });
}

void Guest::conclude() {
    phase_ = Phase::idle;
    stuck_ = false;
    given_.clear();
    hold_.reset();
    deadline_.reset();
    resources_.end();
    supervisor_source_.reset();
    supervisor_.reset();
    link_.reset();
    launch_.reset();
    guarded([this] { context_.runtime.remove(directory_); },
            [this](const plan::Refusal &why) { spdlog::warn("{}: {}", directory_, why.message); });
    listener_.guest_gone(plan::Refusal(why_.value_or(launch_failed("the session ended"))));
}

} // namespace frank::session
