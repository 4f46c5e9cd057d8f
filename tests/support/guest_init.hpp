// For tests: the real frank-init as PID 1 of forked user, mount and pid namespaces over this machine's own
// files, and a client that speaks to it as frankend does. It ends with the object that owns it: its lifeline
// closes.
#pragma once

#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/spawn_request.hpp"
#include "daemon/sys/message_socket.hpp"
#include "tests/support/namespace.hpp"

#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace frank::test {

struct Reply {
    plan::InitHeader header;
    std::vector<sys::Fd> fds;
};

/// How a command went.
struct Ended {
    plan::SpawnStage stage = plan::SpawnStage::none; ///< why it did not start
    int error = 0;
    int status = -1; ///< wait status
    std::string output;
};

inline bool wait_readable(int fd, int milliseconds) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, milliseconds) == 1;
}

/// Until the end of file, or until nothing has come for ten seconds.
inline std::string read_all(int fd) {
    std::string text;
    char buffer[65536];
    while (wait_readable(fd, 30'000)) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

inline std::pair<sys::Fd, sys::Fd> make_pipe() {
    int ends[2];
    sys::must(::pipe2(ends, O_CLOEXEC), "make pipe");
    return {sys::Fd(ends[0]), sys::Fd(ends[1])};
}

inline plan::SpawnRequest command(std::vector<std::string> argv) {
    plan::SpawnRequest request;
    request.argv = std::move(argv);
    request.cwd = "/";
    request.user = "root";
    return request;
}

inline plan::SpawnRequest shell(const std::string &script) { return command({"/bin/sh", "-c", script}); }

/// One control connection.
class InitClient {
  public:
    explicit InitClient(sys::Fd socket) : socket_(std::move(socket)) {}

    int socket() const { return socket_.get(); }
    void send(plan::InitType type, std::uint64_t job = 0, int a = 0, int b = 0,
              const std::vector<std::byte> &payload = {}, std::span<const int> fds = {}) const {
        plan::InitHeader header;
        header.type = type;
        header.job = job;
        header.a = a;
        header.b = b;
        header.size = static_cast<std::uint32_t>(payload.size());
        std::vector<std::byte> bytes(sizeof header + payload.size());
        std::memcpy(bytes.data(), &header, sizeof header);
        if (!payload.empty())
            std::memcpy(bytes.data() + sizeof header, payload.data(), payload.size());
        send_raw(bytes, fds);
    }
    /// Waits where frank-init is behind.
    void send_raw(const std::vector<std::byte> &bytes, std::span<const int> fds = {}) const {
        pollfd entry{socket_.get(), POLLOUT, 0};
        sys::must(::poll(&entry, 1, 30'000), "wait for room");
        if (!sys::send_message(socket_.get(), bytes, fds))
            throw std::runtime_error("frank-init has closed the connection");
    }
    void spawn(std::uint64_t job, const plan::SpawnRequest &request, std::span<const int> fds = {},
               std::uint64_t log_limit = 0) const {
        send(plan::InitType::spawn, job, 0, 0, plan::encode_spawn(request, log_limit), fds);
    }
    /// Nothing where the connection has ended or nothing comes.
    std::optional<Reply> next(int milliseconds = 30'000) {
        sys::Message message;
        if (!wait_readable(socket_.get(), milliseconds) ||
            sys::receive_message(socket_.get(), message, sizeof(plan::InitHeader), 4) !=
                sys::Received::message)
            return std::nullopt;
        Reply reply;
        std::memcpy(&reply.header, message.bytes.data(), sizeof reply.header);
        reply.fds = std::move(message.fds);
        return reply;
    }
    /// The next message of this type about this job; what comes before it is kept for later calls.
    Reply expect(plan::InitType type, std::uint64_t job) {
        for (auto kept = kept_.begin(); kept != kept_.end(); ++kept)
            if (kept->header.type == type && kept->header.job == job) {
                Reply found = std::move(*kept);
                kept_.erase(kept);
                return found;
            }
        while (auto reply = next()) {
            if (reply->header.type == type && reply->header.job == job)
                return std::move(*reply);
            if (reply->header.job == job && reply->header.type == plan::InitType::spawn_failed)
                throw std::runtime_error("spawn failed at stage " + std::to_string(reply->header.b) + ": " +
                                         std::strerror(reply->header.a));
            kept_.push_back(std::move(*reply));
        }
        throw std::runtime_error("no message of type " + std::to_string(static_cast<int>(type)));
    }
    /// Runs a command to its end with 1 and 2 in a pipe; `fds` go with request.fd_numbers.
    Ended run(plan::SpawnRequest request, std::vector<int> fds = {}) {
        const std::uint64_t job = ++last_;
        auto [read_end, write_end] = make_pipe();
        for (const std::uint32_t number : {1U, 2U}) {
            request.fd_numbers.push_back(number);
            fds.push_back(write_end.get());
        }
        spawn(job, request, fds);
        write_end.reset();
        Ended ended;
        ended.output = read_all(read_end.get());
        while (auto reply = next()) {
            if (reply->header.job != job)
                continue;
            if (reply->header.type == plan::InitType::spawn_failed) {
                ended.stage = static_cast<plan::SpawnStage>(reply->header.b);
                ended.error = reply->header.a;
                return ended;
            }
            if (reply->header.type == plan::InitType::exited) {
                ended.status = reply->header.a;
                send(plan::InitType::forget, job);
                return ended;
            }
        }
        throw std::runtime_error("the command did not end");
    }

  private:
    sys::Fd socket_;
    std::deque<Reply> kept_;
    std::uint64_t last_ = 1'000'000;
};

/// What the session's files are, beyond this machine's own.
struct GuestFiles {
    std::string passwd = "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:A User:/home/none:/bin/sh\n";
    std::string group = "root:x:0:\nuser:x:1000:\nstaff:x:50:nobody,user\n";
};

class GuestInit {
  public:
    /// `prepare` runs as the session's root before frank-init does.
    explicit GuestInit(
        const GuestFiles &files = {}, const std::function<bool()> &prepare = [] { return true; }) {
        std::string pattern = std::filesystem::temp_directory_path() / "frank-init-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        directory_ = pattern;
        sys::Fd listener = sys::listen_seqpacket(control_path(), 16);
        auto [ours, theirs] = sys::seqpacket_pair();
        lifeline_ = std::move(ours);
        const int lifeline = theirs.get();
        const sys::Fd program(sys::must(::open(FRANK_INIT, O_RDONLY | O_CLOEXEC), "open frank-init"));
        keeper_ = sys::must(::fork(), "fork");
        if (keeper_ == 0) {
            lifeline_.reset();
            ::_exit(run_as_mapped_root(
                [&] {
                    return mount_files(files) && prepare() ? execute(program.get(), listener.get(), lifeline)
                                                           : no_namespace;
                },
                CLONE_NEWPID | CLONE_NEWIPC));
        }
    }
    GuestInit(const GuestInit &) = delete;
    GuestInit &operator=(const GuestInit &) = delete;
    ~GuestInit() {
        lifeline_.reset();
        if (keeper_ > 0)
            (void)end();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

    /// A new connection, hello and what follows it not yet read.
    InitClient connect() const { return InitClient(sys::connect_seqpacket(control_path())); }
    std::string control_path() const { return directory_ + "/control"; }
    void cut_lifeline() { lifeline_.reset(); }
    /// frank-init's exit status, once it has ended.
    int end() {
        int status = 0;
        sys::must(::waitpid(std::exchange(keeper_, -1), &status, 0), "wait for the session");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    /// PID 1's number outside; call it after an answer has come.
    pid_t pid() const { return only_child(only_child(keeper_)); }

  private:
    static pid_t only_child(pid_t parent) {
        const std::string number = std::to_string(parent);
        std::ifstream children("/proc/" + number + "/task/" + number + "/children");
        pid_t child = 0;
        children >> child;
        return child;
    }
    static bool write_file(const std::string &path, const std::string &text) {
        return static_cast<bool>(std::ofstream(path) << text);
    }
    static bool mount_files(const GuestFiles &files) {
        return ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
               ::mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
                       "newinstance,ptmxmode=0666,mode=620,gid=5") == 0 &&
               ::mount("/dev/pts/ptmx", "/dev/ptmx", nullptr, MS_BIND, nullptr) == 0 &&
               ::mount("run", "/run", "tmpfs", MS_NODEV, "mode=0755") == 0 &&
               write_file("/run/passwd", files.passwd) && write_file("/run/group", files.group) &&
               ::mount("/run/passwd", "/etc/passwd", nullptr, MS_BIND, nullptr) == 0 &&
               ::mount("/run/group", "/etc/group", nullptr, MS_BIND, nullptr) == 0;
    }
    static int execute(int program, int listener, int lifeline) {
        constexpr int high = 100;
        const int moved_listener = ::fcntl(listener, F_DUPFD_CLOEXEC, high);
        const int moved_lifeline = ::fcntl(lifeline, F_DUPFD_CLOEXEC, high);
        const int moved_program = ::fcntl(program, F_DUPFD_CLOEXEC, high);
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int number = 0; number < 3; ++number)
            (void)::dup2(null, number);
        (void)::dup2(moved_listener, plan::init_control_fd);
        (void)::dup2(moved_lifeline, plan::init_lifeline_fd);
        (void)::close_range(plan::init_lifeline_fd + 1, ~0U, CLOSE_RANGE_CLOEXEC);
        char name[] = "frank-init";
        char *argv[] = {name, nullptr};
        char *environment[] = {nullptr};
        (void)::fexecve(moved_program, argv, environment);
        return no_namespace;
    }

    std::string directory_;
    sys::Fd lifeline_;
    pid_t keeper_ = -1;
};

/// A session and a connection for each test. Skips where this machine gives no namespaces.
class GuestInitTest : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = why_no_namespace(); !why.empty())
            GTEST_SKIP() << why;
        init.emplace(files());
        client.emplace(init->connect());
        const auto hello = client->next();
        ASSERT_TRUE(hello);
        ASSERT_EQ(hello->header.type, plan::InitType::hello);
        ASSERT_EQ(hello->header.a, 0);
    }
    virtual GuestFiles files() const { return {}; }

    std::optional<GuestInit> init;
    std::optional<InitClient> client;
};

} // namespace frank::test
