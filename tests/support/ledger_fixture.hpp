// A ledger on temporary directories with the fake machine, and the few lines that every test of it needs.
#pragma once

#include "daemon/session/ledger.hpp"
#include "support/fake_machine.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <systemd/sd-event.h>

namespace frank::test {

/// Gone with all that is in it.
class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "frank-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    TemporaryDirectory(const TemporaryDirectory &) = delete;
    TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string &path() const { return path_; }

  private:
    std::string path_;
};

/// What an observer heard, as "session_added rpi3", "job_changed 1".
class Record : public session::Observer {
  public:
    void session_added(const std::string &name) override { heard.push_back("session_added " + name); }
    void session_changed(const std::string &name) override { heard.push_back("session_changed " + name); }
    void session_removed(const std::string &name, std::uint32_t owner) override {
        heard.push_back("session_removed " + name + " " + std::to_string(owner));
    }
    void job_added(session::JobId id) override { heard.push_back("job_added " + std::to_string(id)); }
    void job_changed(session::JobId id) override { heard.push_back("job_changed " + std::to_string(id)); }
    void job_removed(session::JobId id, std::uint32_t owner) override {
        heard.push_back("job_removed " + std::to_string(id) + " " + std::to_string(owner));
    }
    bool has(const std::string &news) const {
        return std::find(heard.begin(), heard.end(), news) != heard.end();
    }
    std::vector<std::string> heard;
};

class LedgerTest : public testing::Test {
  protected:
    static constexpr std::uint32_t user = 1000;

    LedgerTest() { restart(); }

    /// As after `kill -9` of frankend: a new ledger on the same directories.
    void restart() {
        ledger.reset();
        ledger = std::make_unique<session::Ledger>(
            loop, config, session::Ledger::Directories{state(), runtime()}, machine, patience);
        ledger->observe(&record);
        ledger->recover();
    }
    std::string state() const { return directory.path() + "/state"; }
    std::string runtime() const { return directory.path() + "/run"; }

    /// False when `done` did not come true in time.
    bool until(const std::function<bool()> &done, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end)
                return false;
            if (sd_event_run(loop.raw(), 10'000) < 0)
                return false;
        }
        return true;
    }
    /// Lets things happen that should not.
    void settle(std::chrono::milliseconds time = std::chrono::milliseconds(30)) {
        (void)until([] { return false; }, time);
    }
    bool until_state(const std::string &name, session::SessionState wanted) {
        return until([&] { return ledger->view(name) && ledger->view(name)->state == wanted; });
    }

    static plan::CreateRequest request(const std::string &name, plan::RootKind kind,
                                       std::uint32_t owner = user) {
        return {
            *plan::SessionName::parse(name), kind, owner, plan::Arch::none, "", "what the user said", "", {}};
    }
    static sys::Fd some_file() { return sys::Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

    /// Waits for the job's end.
    session::Job ended(session::JobId id) {
        std::optional<session::Job> job;
        ledger->wait(id, [&job](const session::Job &given) { job = given; });
        EXPECT_TRUE(until([&] { return job.has_value(); })) << "job " << id << " does not end";
        return job.value_or(session::Job{});
    }
    session::Job create(const std::string &name, plan::RootKind kind = plan::RootKind::archive) {
        const auto job = ledger->create(request(name, kind), some_file());
        EXPECT_TRUE(job) << job.error().message;
        return job ? ended(*job) : session::Job{};
    }
    plan::Result<void> start(const std::string &name) {
        std::optional<plan::Result<void>> result;
        ledger->start(name, [&result](const plan::Result<void> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "start is not answered";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    plan::Result<void> stop(const std::string &name) {
        std::optional<plan::Result<void>> result;
        ledger->stop(name, [&result](const plan::Result<void> &given) { result = given; });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "stop is not answered";
        return result.value_or(plan::refuse(Error::failed, "no answer"));
    }
    static plan::SpawnRequest command(std::vector<std::string> argv) {
        plan::SpawnRequest spawn;
        spawn.argv = std::move(argv);
        spawn.user = "root";
        return spawn;
    }
    plan::Result<session::Spawned> spawn(const std::string &name, plan::SpawnRequest spawn,
                                         std::vector<sys::Fd> fds = {}, std::uint32_t caller = user) {
        std::optional<plan::Result<session::Spawned>> result;
        ledger->spawn(name, std::move(spawn), std::move(fds), caller,
                      [&result](plan::Result<session::Spawned> given) { result.emplace(std::move(given)); });
        EXPECT_TRUE(until([&] { return result.has_value(); })) << "spawn is not answered";
        if (!result)
            return plan::refuse(Error::failed, "no answer");
        return std::move(*result);
    }
    session::JobId run(const std::string &name, std::vector<std::string> argv) {
        const auto spawned = spawn(name, command(std::move(argv)));
        EXPECT_TRUE(spawned) << spawned.error().message;
        return spawned ? spawned->job : 0;
    }
    std::string log_of(session::JobId id) {
        const auto log = ledger->open_log(id);
        if (!log)
            return "(" + log.error().message + ")";
        std::string text(64 * 1024, '\0');
        const ssize_t got = ::read(log->get(), text.data(), text.size());
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return text;
    }

    /// Paths below `path`, directories left out.
    static std::vector<std::string> files_in(const std::string &path) {
        std::vector<std::string> files;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(path))
            if (!entry.is_directory())
                files.push_back(std::filesystem::relative(entry.path(), path).string());
        std::sort(files.begin(), files.end());
        return files;
    }
    std::vector<std::string> session_files() const { return files_in(runtime() + "/sessions"); }
    /// Nothing of any session is left: neither here nor at frank-launcher.
    void expect_nothing_left() {
        EXPECT_THAT(ledger->session_names(), testing::IsEmpty());
        EXPECT_THAT(files_in(state() + "/rootfs"), testing::IsEmpty());
        EXPECT_THAT(session_files(), testing::IsEmpty());
        EXPECT_THAT(files_in(runtime() + "/workshops"), testing::IsEmpty());
        EXPECT_TRUE(machine.trees.empty());
        for (const auto &init : machine.inits)
            EXPECT_FALSE(init->alive) << init->name();
    }

    TemporaryDirectory directory;
    std::vector<std::string> breakages;
    sys::EventLoop loop{[this](const std::exception &error) { breakages.emplace_back(error.what()); }};
    plan::Config config;
    session::Patience patience;
    Record record;
    FakeMachine machine{loop};
    std::unique_ptr<session::Ledger> ledger;

    void TearDown() override { EXPECT_THAT(breakages, testing::IsEmpty()); }
};

} // namespace frank::test
