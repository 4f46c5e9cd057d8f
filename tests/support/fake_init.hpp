// A frank-init that runs nothing: it speaks daemon/plan/init_wire.hpp on the control socket and plays
// frank-launcher's supervisor socket, in the test's own event loop. What becomes of a command is the script's
// to say.
#pragma once

#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/sys/event_loop.hpp"
#include "daemon/sys/message_socket.hpp"
#include "support/fake_command.hpp"
#include "support/fake_routes.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace frank::test {

class FakeInit {
  public:
    FakeInit(sys::EventLoop &loop, const plan::LaunchRequest &asked, sys::Fd control, sys::Fd supervisor,
             const FakeScript &script)
        : request(asked), loop_(loop), script_(script), control_listener_(std::move(control)),
          supervisor_listener_(std::move(supervisor)) {
        limits = asked.limits;
        control_source_ = loop_.on_io(control_listener_.get(), EPOLLIN, [this](std::uint32_t) { greet(); });
        supervisor_source_ =
            loop_.on_io(supervisor_listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_supervisor(); });
    }

    plan::LaunchRequest request;
    bool alive = true;
    bool ignores_shutdown = false;
    bool ignores_kill = false;
    bool mute = false;                      ///< accepts and never says hello
    std::uint64_t needs = 0;                ///< what hello says that the root holds
    std::optional<std::uint64_t> finds = 0; ///< what it answers when it is told to look; nothing: no answer
    std::pair<int, int> measure{0, 0};      ///< of every job: JobMeasure's ticks and programs
    int measures = 0;                       ///< how often it was asked
    std::pair<int, int> storage{0, 0};      ///< and of its file system: WideNumbers's bits, statfs(2)'s type
    std::vector<std::vector<std::string>> questions; ///< what it was told to look for at last
    std::vector<int> ignored_signals;
    std::vector<std::pair<std::uint64_t, int>> signals; ///< what arrived: job, number
    std::vector<std::pair<int, int>> sizes;             ///< what resize said: rows, columns
    std::vector<std::uint64_t> forgotten;
    std::map<std::uint64_t, FakeCommand> commands; ///< that run
    FakeRoutes routes;
    std::vector<std::string> binds; ///< where a directory is attached
    int bind_error = 0;             ///< what becomes of attaching one
    bool mute_binds = false;        ///< no answer
    int binds_asked = 0;
    plan::ResourceReport resources{}; ///< what its supervisor answers
    plan::ResourceLimits limits{};    ///< and was told
    bool mute_resources = false;

    std::string name() const { return request.hostname.data(); }
    bool is_workshop() const { return request.op == plan::LaunchOp::start_workshop; }

    /// The command ends with this waitpid(2) status. Nothing to frankend until it is connected.
    void end(std::uint64_t job, int wait_status) {
        commands.erase(job);
        ended_[job] = wait_status;
        say(plan::InitType::exited, job, wait_status);
    }
    /// Anything, as a hostile init might.
    void say(plan::InitType type, std::uint64_t job, int a = 0, int b = 0, std::vector<int> fds = {}) {
        plan::InitHeader header;
        header.type = type;
        header.job = job;
        header.a = a;
        header.b = b;
        say_bytes(std::as_bytes(std::span(&header, 1)), fds);
    }
    void say_bytes(std::span<const std::byte> bytes, const std::vector<int> &fds = {}) {
        if (connection_)
            (void)sys::send_message(connection_.get(), bytes, fds);
    }
    /// Leaves what it is told in the socket.
    void stop_reading() { message_source_.set_events(0); }
    void go_on_reading() { message_source_.set_events(EPOLLIN); }
    /// The whole session is gone: every socket closes, the supervisor's last.
    void die() {
        alive = false;
        commands.clear();
        message_source_.reset();
        control_source_.reset();
        supervisor_source_.reset();
        supervisor_sources_.clear();
        connection_.reset();
        control_listener_.reset();
        supervisor_listener_.reset();
        supervisors_.clear();
    }
    /// frank-init has gone, frank-launcher still cleans up.
    void lose_control() {
        message_source_.reset();
        control_source_.reset();
        connection_.reset();
        control_listener_.reset();
    }

  private:
    void greet() {
        connection_.reset(::accept4(control_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        message_source_ = loop_.on_io(connection_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
        if (mute)
            return;
        say(plan::InitType::hello, needs, static_cast<int>(commands.size() + ended_.size()));
        for (const auto &[job, command] : commands)
            say(plan::InitType::running, job);
        for (const auto &[job, status] : ended_)
            say(plan::InitType::exited, job, status);
    }

    void accept_supervisor() {
        supervisors_.emplace_back(
            ::accept4(supervisor_listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        const int socket = supervisors_.back().get();
        const std::size_t index = supervisor_sources_.size();
        supervisor_sources_.push_back(loop_.on_io(socket, EPOLLIN, [this, socket, index](std::uint32_t) {
            std::array<char, sizeof(plan::ResourceOrder)> bytes{};
            const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), 0);
            if (got <= 0)
                supervisor_sources_[index].reset();
            else if (got == sizeof(plan::ResourceOrder))
                answer_order(socket, bytes);
            else if (bytes[0] == plan::supervisor_kill && !ignores_kill)
                die();
        }));
    }

    void answer_order(int socket, const std::array<char, sizeof(plan::ResourceOrder)> &bytes) {
        plan::ResourceOrder order;
        std::memcpy(&order, bytes.data(), sizeof order);
        if (mute_resources)
            return;
        if (order.set == 1 && resources.error == 0)
            limits = order.limits;
        (void)::send(socket, &resources, sizeof resources, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    void receive() {
        sys::Message message;
        const sys::Received got =
            sys::receive_message(connection_.get(), message,
                                 sizeof(plan::InitHeader) + plan::init_max_payload, plan::init_max_fds);
        if (got == sys::Received::nothing_yet)
            return;
        if (got == sys::Received::end) {
            message_source_.reset();
            connection_.reset();
            return;
        }
        plan::InitHeader header;
        std::memcpy(&header, message.bytes.data(), sizeof header);
        handle(header, message);
    }

    void handle(const plan::InitHeader &header, sys::Message &message) {
        switch (header.type) {
        case plan::InitType::spawn:
            spawn(header, message);
            break;
        case plan::InitType::signal:
            signals.emplace_back(header.job, header.a);
            if (commands.contains(header.job) &&
                std::find(ignored_signals.begin(), ignored_signals.end(), header.a) == ignored_signals.end())
                end(header.job, header.a);
            break;
        case plan::InitType::resize:
            sizes.emplace_back(header.a, header.b);
            break;
        case plan::InitType::forget:
            forgotten.push_back(header.job);
            ended_.erase(header.job);
            break;
        case plan::InitType::shutdown:
            if (!ignores_shutdown)
                die();
            break;
        case plan::InitType::measure:
            ++measures;
            say(plan::InitType::measured, header.job, measure.first, measure.second);
            break;
        case plan::InitType::look:
            look(message);
            break;
        case plan::InitType::attach:
        case plan::InitType::detach:
            bind(header, message);
            break;
        case plan::InitType::routes:
            if (const auto error = routes.take(message.fds.back()))
                say(plan::InitType::routed, 0, *error, 0, routes.answer());
            break;
        default:
            std::abort();
        }
    }

    void bind(const plan::InitHeader &header, const sys::Message &message) {
        const std::string path(reinterpret_cast<const char *>(message.bytes.data()) + sizeof header);
        const bool attach = header.type == plan::InitType::attach;
        ++binds_asked;
        if (mute_binds)
            return;
        if (bind_error == 0)
            std::erase(binds, path);
        if (attach && bind_error == 0 && message.fds.size() == 1)
            binds.push_back(path);
        say(plan::InitType::bound, header.job, attach ? bind_error : 0);
    }

    void look(const sys::Message &message) {
        questions.assign(1, {});
        const auto *at = reinterpret_cast<const char *>(message.bytes.data()) + sizeof(plan::InitHeader);
        const char *end = reinterpret_cast<const char *>(message.bytes.data()) + message.bytes.size();
        for (; at < end; at += std::strlen(at) + 1)
            if (*at == '\0')
                questions.emplace_back();
            else
                questions.back().emplace_back(at);
        questions.pop_back();
        if (finds)
            say(plan::InitType::looked, *finds, storage.first, storage.second);
    }

    void spawn(const plan::InitHeader &header, sys::Message &message) {
        FakeCommand command = decode(header, message);
        sys::Fd terminal;
        if (command.tty() && !command.log)
            terminal.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        const FakeOutcome outcome = script_(command);
        if (outcome.kind == FakeOutcome::Kind::silent)
            return;
        if (outcome.kind == FakeOutcome::Kind::fails)
            return say(plan::InitType::spawn_failed, header.job, outcome.value,
                       static_cast<int>(outcome.stage));
        say(plan::InitType::spawned, header.job, 42, 0,
            terminal ? std::vector{terminal.get()} : std::vector<int>{});
        commands[header.job] = std::move(command);
        if (outcome.kind == FakeOutcome::Kind::ends)
            end(header.job, outcome.value);
    }

    FakeCommand decode(const plan::InitHeader &header, sys::Message &message) const {
        FakeCommand command;
        command.job = header.job;
        command.session = name();
        command.workshop = is_workshop();
        std::memcpy(&command.head, message.bytes.data() + sizeof header, sizeof command.head);
        const char *at =
            reinterpret_cast<const char *>(message.bytes.data()) + sizeof header + sizeof command.head;
        if ((command.head.flags & plan::spawn_limits) != 0) {
            std::memcpy(&command.limits, at, sizeof command.limits);
            at += sizeof command.limits;
        }
        const auto next = [&at] {
            std::string text(at);
            at += text.size() + 1;
            return text;
        };
        command.user = next();
        command.cwd = next();
        for (std::uint32_t i = 0; i < command.head.argc; ++i)
            command.argv.push_back(next());
        for (std::uint32_t i = 0; i < command.head.envc; ++i)
            command.env.push_back(next());
        command.fds = std::move(message.fds);
        if ((command.head.flags & plan::spawn_log) != 0 && !command.fds.empty()) {
            command.log = std::move(command.fds.back());
            command.fds.pop_back();
        }
        return command;
    }

    sys::EventLoop &loop_;
    const FakeScript &script_;
    sys::Fd control_listener_, supervisor_listener_, connection_;
    std::vector<sys::Fd> supervisors_;
    std::map<std::uint64_t, int> ended_;
    sys::EventSource control_source_, supervisor_source_, message_source_;
    std::vector<sys::EventSource> supervisor_sources_;
};

} // namespace frank::test
