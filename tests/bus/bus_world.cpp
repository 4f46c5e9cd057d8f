#include "bus/bus_world.hpp"

#include "daemon/bus/service.hpp"
#include "support/fake_authority.hpp"
#include "support/fake_machine.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace frank::test {

namespace {

class ThrowingMachine : public FakeMachine {
  public:
    ThrowingMachine(sys::EventLoop &loop, const volatile bool &throws) : FakeMachine(loop), throws_(throws) {}
    std::unique_ptr<session::Launch> launch(const plan::LaunchRequest &request, std::span<const int> fds,
                                            Launched launched) override {
        if (throws_)
            throw std::runtime_error("as told");
        return FakeMachine::launch(request, fds, std::move(launched));
    }

  private:
    const volatile bool &throws_;
};

void become(uid_t uid) {
    if (uid == ::getuid())
        return;
    if (::setgroups(0, nullptr) != 0 || ::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0)
        ::_exit(99);
}

} // namespace

void BusTest::SetUp() {
    if (std::getenv("FRANK_PRIVATE_BUS_PID") == nullptr)
        GTEST_SKIP() << "needs a private bus: run it under tests/with-private-bus.sh";
    if (::getuid() != 0)
        GTEST_SKIP() << "needs root, to be several users";
    std::string pattern = (std::filesystem::temp_directory_path() / "frank-bus-test.XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
    for (const char *name : {"state", "runtime"})
        ASSERT_TRUE(std::filesystem::create_directory(directory_ + "/" + name));
    void *shared = ::mmap(nullptr, sizeof(Knobs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(shared, MAP_FAILED);
    knobs_ = new (shared) Knobs{false, 64};

    authority_ = ::fork();
    if (authority_ == 0)
        FakeAuthority::serve();
    server_ = ::fork();
    if (server_ == 0)
        serve();
    until([&] {
        return error_of([] { Caller().properties(contract::manager_path, contract::manager_interface); })
            .empty();
    });
    until([&] { return error_of([] { Polkit().mode("yes"); }).empty(); });
    polkit_ = std::make_unique<Polkit>();
}

void BusTest::TearDown() {
    for (const pid_t pid : {server_, authority_})
        if (pid > 0) {
            (void)::kill(pid, SIGKILL);
            (void)::waitpid(pid, nullptr, 0);
        }
    if (!directory_.empty())
        std::filesystem::remove_all(directory_);
    if (knobs_ != nullptr)
        (void)::munmap(knobs_, sizeof(Knobs));
}

void BusTest::serve() const {
    int status = 98;
    try {
        if (std::getenv("FRANK_TEST_LOG") == nullptr)
            spdlog::set_level(spdlog::level::off);
        plan::Config config;
        config.limits.jobs = knobs_->jobs_per_uid;
        // As in main().
        const auto connection = bus::connect();
        sys::EventLoop loop([](const std::exception &error) { spdlog::error("loop: {}", error.what()); });
        ThrowingMachine machine(loop, knobs_->launch_throws);
        session::Ledger ledger(loop, config, {directory_ + "/state", directory_ + "/runtime"}, machine);
        bus::Service service(*connection, loop, ledger, config,
                             {std::chrono::seconds(2), std::chrono::seconds(1)});
        service.publish();
        ledger.recover();
        const auto terminated = loop.on_signal(SIGTERM, [&loop] { loop.quit(0); });
        status = loop.run();
    } catch (const std::exception &error) {
        spdlog::error("server: {}", error.what());
    }
    ::_exit(status);
}

BusTest::Background BusTest::begin_as(uid_t uid, const std::function<std::string(Caller &)> &work) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        become(uid);
        const std::string result = told_by([&] {
            Caller caller;
            return work(caller);
        });
        const ssize_t written = ::write(ends[1], result.data(), result.size());
        ::_exit(written < 0 ? 97 : 0);
    }
    (void)::close(ends[1]);
    return {pid, ends[0]};
}

std::string BusTest::wait_for(const Background &background) {
    std::string result;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(background.result, buffer, sizeof buffer)) > 0;)
        result.append(buffer, static_cast<std::size_t>(got));
    (void)::close(background.result);
    int status = 0;
    (void)::waitpid(background.pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? result : "the caller's process died";
}

std::string BusTest::as(uid_t uid, const std::function<std::string(Caller &)> &work) {
    return wait_for(begin_as(uid, work));
}

std::string BusTest::directory_of(uid_t uid) {
    std::string path = directory_ + "/root.XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    EXPECT_EQ(::chown(path.c_str(), uid, uid), 0);
    EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
    return path;
}

void BusTest::make_session(uid_t uid, const std::string &name) {
    const std::string path = directory_of(uid);
    ASSERT_EQ(as(uid,
                 [&](Caller &caller) {
                     const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                     return std::get<0>(caller.wait(caller.create(name, directory)));
                 }),
              "exited");
}

void BusTest::until(const std::function<bool()> &condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition())
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL() << "waited for 30 seconds in vain";
}

long BusTest::server_status(const std::string &field) const {
    std::ifstream file("/proc/" + std::to_string(server_) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(field + ":"))
            return std::stol(line.substr(field.size() + 1));
    return -1;
}

bool BusTest::server_lives() const { return ::waitpid(server_, nullptr, WNOHANG) == 0; }

} // namespace frank::test
