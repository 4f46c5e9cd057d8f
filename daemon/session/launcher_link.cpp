#include "daemon/session/launcher_link.hpp"

#include "daemon/plan/emulator_paths.hpp"
#include "daemon/plan/probe_elf.hpp"
#include "daemon/session/diagnosis.hpp"
#include "daemon/sys/cross_tools.hpp"
#include "daemon/sys/message_socket.hpp"
#include "daemon/sys/program.hpp"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>

namespace frank::session {

namespace {

/// A full backlog: a burst of starts. No event tells when there is room (connect(2), EAGAIN).
constexpr std::chrono::milliseconds pause{20};
constexpr int max_attempts = 250;

class Call final : public Launch {
  public:
    Call(sys::EventLoop &loop, const std::string &path, const plan::LaunchRequest &request,
         std::span<const int> fds, Machine::Asked launched)
        : loop_(loop), path_(path), request_(request), launched_(std::move(launched)) {
        for (const int fd : fds)
            fds_.emplace_back(sys::must(::fcntl(fd, F_DUPFD_CLOEXEC, 3), "copy descriptor"));
        attempt();
    }

  private:
    void attempt() {
        try {
            socket_ = sys::connect_seqpacket(path_);
            std::vector<int> numbers;
            for (const sys::Fd &fd : fds_)
                numbers.push_back(fd.get());
            if (!sys::send_message(socket_.get(), std::as_bytes(std::span(&request_, 1)), numbers))
                return fail(ECONNRESET);
            fds_.clear(); // from here on they live as long as frank-launcher holds them
            source_ = loop_.on_io(socket_.get(), EPOLLIN, [this](std::uint32_t) { receive(); });
        } catch (const std::system_error &error) {
            if (error.code().value() != EAGAIN || ++attempts_ == max_attempts)
                return fail(error.code().value());
            source_ = loop_.after(pause, [this] { attempt(); });
        }
    }

    void receive() {
        sys::Message message;
        sys::Received got = sys::Received::end;
        try {
            const std::size_t fds = plan::has_descriptor(request_.op) ? 1 : 0;
            got = sys::receive_message(socket_.get(), message, sizeof(plan::LaunchReply), fds);
        } catch (const std::system_error &error) {
            return fail(error.code().value());
        }
        if (got == sys::Received::nothing_yet)
            return;
        plan::LaunchReply reply;
        if (got == sys::Received::end)
            return fail(ECONNRESET); // it died
        if (message.bytes.size() != sizeof reply)
            return fail(EPROTO);
        std::memcpy(&reply, message.bytes.data(), sizeof reply);
        if (reply.magic != plan::launch_magic || reply.version != plan::launch_version)
            return fail(EPROTO);
        answer(reply, message.fds.empty() ? sys::Fd() : std::move(message.fds.front()));
    }

    void fail(int error) {
        plan::LaunchReply reply;
        reply.rung = plan::Rung::request;
        reply.error = error;
        source_ = loop_.soon([this, reply] { answer(reply, {}); }); // never from inside launch()
    }

    void answer(const plan::LaunchReply &reply, sys::Fd view) {
        source_.reset();
        // A workshop lives as long as this connection.
        if (request_.op != plan::LaunchOp::start_workshop || reply.rung != plan::Rung::none)
            socket_.reset();
        const auto launched = std::move(launched_);
        const plan::LaunchReply copy = reply;
        launched(copy, std::move(view)); // may destroy us
    }

    sys::EventLoop &loop_;
    std::string path_;
    plan::LaunchRequest request_;
    Machine::Asked launched_;
    int attempts_ = 0;
    std::vector<sys::Fd> fds_;
    sys::Fd socket_;
    sys::EventSource source_;
};

} // namespace

LauncherLink::LauncherLink(sys::EventLoop &loop, std::string socket, std::string state)
    : loop_(loop), socket_(std::move(socket)), state_(std::move(state)),
      runs_i386_(sys::kernel_runs(plan::build_probe(plan::Arch::i386))) {}

LauncherLink::~LauncherLink() = default;

std::unique_ptr<Launch> LauncherLink::launch(const plan::LaunchRequest &request, std::span<const int> fds,
                                             Launched launched) {
    return std::make_unique<Call>(
        loop_, socket_, request, fds,
        [launched = std::move(launched)](const plan::LaunchReply &reply, sys::Fd) { launched(reply); });
}

std::unique_ptr<Launch> LauncherLink::ask(const plan::LaunchRequest &request, Asked asked) {
    return std::make_unique<Call>(loop_, socket_, request, std::span<const int>(), std::move(asked));
}

void LauncherLink::diagnose(std::function<void(std::vector<Finding>)> done) {
    waiters_.push_back(std::move(done));
    if (diagnosis_)
        return;
    diagnosis_ =
        std::make_unique<Diagnosis>(loop_, *this, state_, [this](const std::vector<Finding> &findings) {
            diagnosis_.reset();
            for (const auto &waiter : std::exchange(waiters_, {}))
                waiter(findings);
        });
}

/// What frank-launcher would take, by the same rule.
EmulatorSeen LauncherLink::emulator_of(plan::Arch arch) const {
    for (const std::string &path : plan::emulator_paths(arch)) {
        const sys::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        struct stat st {};
        std::array<std::byte, 4096> head{};
        if (!file || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != 0 ||
            (st.st_mode & 022) != 0)
            continue;
        const ssize_t got = ::pread(file.get(), head.data(), head.size(), 0);
        if (got <= 0 || !is_static_elf(std::span(head).first(static_cast<std::size_t>(got))))
            continue;
        return {path, std::to_string(st.st_dev) + ":" + std::to_string(st.st_ino) + ":" +
                          std::to_string(st.st_size) + ":" + std::to_string(st.st_mtim.tv_sec) + "." +
                          std::to_string(st.st_mtim.tv_nsec)};
    }
    return {};
}

void LauncherLink::watch_emulators(const std::function<void()> &changed) {
    watch_ = std::make_unique<EmulatorWatch>(loop_, changed);
}

std::vector<plan::Arch> LauncherLink::emulated() const {
    std::vector<plan::Arch> arches;
    for (const EmulatorFile &emulator : find_emulators("/usr/bin"))
        if (emulator.is_static)
            arches.push_back(emulator.arch);
    if (!runs(plan::Arch::i386) && !emulator_of(plan::Arch::i386).path.empty())
        arches.push_back(plan::Arch::i386);
    return arches;
}

bool LauncherLink::runs(plan::Arch arch) const {
    return Machine::runs(arch) && (runs_i386_ || arch != plan::Arch::i386);
}

bool LauncherLink::has_cross_tools(const std::string &suite, plan::Arch arch) const {
    return sys::this_machine_has(suite, arch);
}

} // namespace frank::session
