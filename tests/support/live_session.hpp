// For kernel tests: a real session or workshop, built by the launcher's own code in a forked child and driven
// through the real frank-init. Everything is below one temporary directory; the host's tables are not
// touched.
#pragma once

#include "daemon/launcher/serve.hpp"
#include "daemon/plan/board_files.hpp"
#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "daemon/sys/file.hpp"
#include "daemon/sys/message_socket.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <vector>

namespace frank::test {

/// A directory of its own, gone with the object.
class ScratchDirectory {
  public:
    ScratchDirectory() {
        std::string pattern = "/var/tmp/frank-test-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ScratchDirectory(const ScratchDirectory &) = delete;
    ScratchDirectory &operator=(const ScratchDirectory &) = delete;
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string operator/(const std::string &name) const { return path_ + "/" + name; }
    const std::string &path() const { return path_; }

  private:
    std::string path_;
};

inline std::string slurp(const std::string &path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
    int status = -1; ///< wait status; -1: it did not run
    plan::SpawnStage stage = plan::SpawnStage::none;
    std::string output; ///< 1 and 2
};

inline plan::LaunchRequest launch_request(plan::LaunchOp op) {
    plan::LaunchRequest request;
    request.op = op;
    request.disk_ids = plan::DiskIds::foreign;
    request.id_base = 1879048192U - 16U * 65536U;
    std::strcpy(request.hostname.data(), "probe");
    if (::getrandom(request.instance.data(), request.instance.size(), 0) != 16)
        throw std::runtime_error("getrandom");
    return request;
}

/// One request to the launcher's code, served by a forked child.
class Launched {
  public:
    Launched(const plan::LaunchRequest &request, const std::vector<int> &fds,
             const launcher::Settings &settings) {
        auto [here, there] = sys::seqpacket_pair();
        child_ = ::fork();
        if (child_ == 0) {
            here.reset();
            launcher::serve(std::move(there), settings);
            ::_exit(0);
        }
        there.reset();
        connection_ = std::move(here);
        if (!sys::send_message(connection_.get(), std::as_bytes(std::span(&request, 1)), fds))
            throw std::runtime_error("the launcher went away");
        pollfd readable{connection_.get(), POLLIN, 0};
        sys::Message answer;
        if (::poll(&readable, 1, -1) != 1 ||
            sys::receive_message(connection_.get(), answer, sizeof reply, 1) != sys::Received::message ||
            answer.bytes.size() != sizeof reply)
            throw std::runtime_error("no reply");
        std::memcpy(&reply, answer.bytes.data(), sizeof reply);
        if (!answer.fds.empty())
            given = std::move(answer.fds.front());
    }
    Launched(const Launched &) = delete;
    Launched &operator=(const Launched &) = delete;
    ~Launched() { end(); }
    void hang_up() { connection_.reset(); }
    void kill_launcher() { (void)::kill(child_, SIGKILL); }
    /// Waits until the launcher has gone.
    void end() {
        if (child_ > 0)
            (void)::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
    pid_t launcher_pid() const { return child_; }

    plan::LaunchReply reply;
    sys::Fd given; ///< what came with the reply

  private:
    sys::Fd connection_;
    pid_t child_ = -1;
};

/// A running session with its control connection.
class LiveSession {
  public:
    LiveSession(const plan::LaunchRequest &request, const launcher::Settings &settings,
                const plan::BoardTexts &texts = {}) {
        sys::Fd control = sys::listen_seqpacket(directory_ / "control", 4);
        sys::Fd supervisor = sys::listen_seqpacket(directory_ / "supervisor", 4);
        std::vector<plan::EmulatorEntry> emulators;
        for (std::size_t i = 0; i < request.arch_count; ++i)
            emulators.push_back({request.arches[i], plan::emulator_path_in_session(request.arches[i]), {}});
        const sys::Fd table = sys::sealed_memfd("exec-table", plan::build_exec_table(emulators, {}));
        const sys::Fd board = sys::sealed_memfd("board", plan::encode_board_files(texts));
        launched_ = std::make_unique<Launched>(
            request, std::vector<int>{control.get(), supervisor.get(), table.get(), board.get()}, settings);
        if (launched_->reply.rung != plan::Rung::none)
            return;
        control_ = sys::connect_seqpacket(directory_ / "control");
        supervisor_ = sys::connect_seqpacket(directory_ / "supervisor");
        (void)next(); // hello
    }
    LiveSession(const LiveSession &) = delete;
    LiveSession &operator=(const LiveSession &) = delete;
    ~LiveSession() { stop(); }

    const plan::LaunchReply &reply() const { return launched_->reply; }
    Launched &launched() { return *launched_; }
    bool alive() const { return static_cast<bool>(control_); }

    /// Runs a command to its end. `more`: descriptors the command gets as 3, 4, ...
    Outcome run(std::vector<std::string> argv, const std::string &user = "root") {
        std::array<int, 2> ends{};
        sys::must(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
        const sys::Fd output(ends[0]);
        sys::Fd write_end(ends[1]);
        plan::SpawnRequest request;
        request.argv = std::move(argv);
        request.user = user;
        request.fd_numbers = {1, 2};
        const auto payload = plan::encode_spawn(request, 0);
        plan::InitHeader header;
        header.type = plan::InitType::spawn;
        header.job = ++job_;
        header.size = static_cast<std::uint32_t>(payload.size());
        std::vector<std::byte> bytes(sizeof header + payload.size());
        std::memcpy(bytes.data(), &header, sizeof header);
        std::memcpy(bytes.data() + sizeof header, payload.data(), payload.size());
        (void)sys::send_message(control_.get(), bytes, std::vector<int>{write_end.get(), write_end.get()});
        write_end.reset();
        Outcome outcome;
        std::array<char, 65536> part{};
        for (ssize_t got; (got = ::read(output.get(), part.data(), part.size())) > 0;)
            outcome.output.append(part.data(), static_cast<std::size_t>(got));
        for (;;) {
            const plan::InitHeader answer = next();
            if (answer.job != job_)
                continue;
            if (answer.type == plan::InitType::spawn_failed)
                outcome.stage = static_cast<plan::SpawnStage>(answer.b);
            if (answer.type == plan::InitType::exited)
                outcome.status = answer.a;
            if (answer.type != plan::InitType::spawned)
                return outcome;
        }
    }
    Outcome shell(const std::string &script, const std::string &user = "root") {
        return run({"/bin/sh", "-c", script}, user);
    }
    /// Has frank-init attach `mount` at `path`, or with -1 take away what is there; its errno.
    int bind(const std::string &path, int mount = -1) {
        plan::InitHeader header;
        header.type = mount < 0 ? plan::InitType::detach : plan::InitType::attach;
        header.job = ++job_;
        header.size = static_cast<std::uint32_t>(path.size() + 1);
        std::vector<std::byte> bytes(sizeof header + path.size() + 1);
        std::memcpy(bytes.data(), &header, sizeof header);
        std::memcpy(bytes.data() + sizeof header, path.c_str(), path.size() + 1);
        (void)sys::send_message(control_.get(), bytes,
                                mount < 0 ? std::vector<int>() : std::vector<int>{mount});
        for (;;)
            if (const plan::InitHeader answer = next();
                answer.type == plan::InitType::bound && answer.job == job_)
                return answer.a;
    }
    /// Kills it and waits until the launcher has gone as well.
    void stop() {
        if (supervisor_)
            (void)::send(supervisor_.get(), &plan::supervisor_kill, 1, MSG_NOSIGNAL);
        launched_->hang_up();
        launched_->end();
        control_.reset();
        supervisor_.reset();
    }

  private:
    plan::InitHeader next() {
        pollfd readable{control_.get(), POLLIN, 0};
        sys::Message message;
        if (::poll(&readable, 1, 30000) != 1 ||
            sys::receive_message(control_.get(), message, sizeof(plan::InitHeader) + plan::init_max_payload,
                                 4) != sys::Received::message)
            throw std::runtime_error("frank-init fell silent");
        plan::InitHeader header;
        std::memcpy(&header, message.bytes.data(), sizeof header);
        return header;
    }

    ScratchDirectory directory_;
    std::unique_ptr<Launched> launched_;
    sys::Fd control_;
    sys::Fd supervisor_;
    std::uint64_t job_ = 0;
};

} // namespace frank::test
