// The sessions and the manager of the stand-in for frankend.
#pragma once

#include "tests/support/fake_job.hpp"

#include <manager_adaptor.hpp>
#include <memory>
#include <session_adaptor.hpp>

namespace frank::fake {

using ByteStrings = std::vector<Bytes>;
using Descriptors = std::map<std::uint32_t, sdbus::UnixFd>;
using JobResult = sdbus::Result<sdbus::ObjectPath>;

class World;

class FakeSession final : public sdbus::AdaptorInterfaces<org::frankend1::Session_adaptor> {
  public:
    FakeSession(World &world, sdbus::IConnection &connection, std::string name);
    FakeSession(const FakeSession &) = delete;
    FakeSession &operator=(const FakeSession &) = delete;
    ~FakeSession();

  private:
    /// "denied" refuses, "locked" does so unless it may ask, "silent" never answers, "dying" takes frankend
    /// with it. True where there is nothing more to do.
    template <class Result> bool misbehave(Result &result, const Options &options);

    void Start(sdbus::Result<> &&result, Options options) override;
    void Stop(sdbus::Result<> &&result, Options options) override;
    void Destroy(JobResult &&result, Options options) override;
    void Spawn(JobResult &&result, ByteStrings argv, Bytes cwd, ByteStrings env, Descriptors fds,
               Options options) override;
    void Enter(sdbus::Result<sdbus::ObjectPath, sdbus::UnixFd> &&result, ByteStrings argv, Bytes cwd,
               ByteStrings env, Options options) override;
    void Accelerate(JobResult &&result, Options options) override;
    void Emulate(sdbus::Result<> &&result, Options options) override;
    using TwinRows = std::vector<sdbus::Struct<std::string, std::string, bool, std::string, std::uint64_t,
                                               std::uint64_t, std::uint64_t>>;
    void ListTwins(sdbus::Result<TwinRows> &&result) override;
    std::string Name() override { return name_; }
    std::uint32_t Owner() override { return 0; }
    std::string State() override { return "running"; }
    std::string Architecture() override { return "arm64"; }
    std::vector<std::string> ExtraArchitectures() override { return {"armhf", "i386"}; }
    std::string Cpu() override { return "cortex-a72"; }
    std::string Emulator() override { return "/usr/bin/qemu-aarch64-static"; }
    bool EmulatorReplaced() override { return false; }
    std::string Board() override { return "rpi4"; }
    std::string Acceleration() override { return name_ == "two-words" || name_ == "denied" ? "none" : "on"; }
    std::vector<std::string> AccelerationOff() override { return {"archive"}; }
    sdbus::Struct<bool, std::string> AccelerationOffer() override {
        return name_ == "denied" ? sdbus::Struct<bool, std::string>{false, "it is no Debian"}
                                 : sdbus::Struct<bool, std::string>{true, "some minutes"};
    }
    void SwitchWorkaround(sdbus::Result<bool> &&result, std::string workaround, bool on,
                          Options options) override;
    std::vector<sdbus::Struct<std::string, bool, std::string, std::string, std::string>>
    Workarounds() override {
        return {{"fakeroot", true, "no\x1b[31m semaphores", "", "use fakeroot-tcp"},
                {"go", true, "it hangs", "GOMAXPROCS=1", ""},
                {"node", false, "no io_uring", "UV_USE_IO_URING=0", ""},
                {"portage", true, "it unshares", "FEATURES=-pid-sandbox", ""}};
    }
    std::vector<std::string> WorkaroundsOff() override { return {"node", "portage"}; }
    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> Findings() override {
        return {{"32-bit programs", "warning", "numbers of 64 bits", "use a tmpfs"}};
    }
    void Bind(sdbus::Result<> &&result, sdbus::UnixFd directory, Bytes target, Options options) override;
    void Unbind(sdbus::Result<> &&result, Bytes target, Options options) override;
    std::vector<sdbus::Struct<std::string, std::string, bool>> Binds() override { return binds_; }
    using Numbers = std::map<std::string, std::uint64_t>;
    void SetLimits(sdbus::Result<> &&result, Numbers limits, Options options) override;
    void MeasureUse(sdbus::Result<Numbers> &&result) override;
    Numbers Limits() override { return limits_; }
    void Snapshot(sdbus::Result<> &&result, std::string tag, Options options) override;
    void Rollback(sdbus::Result<> &&result, std::string tag, Options options) override;
    void RemoveSnapshot(sdbus::Result<> &&result, std::string tag, Options options) override;
    void Clone(sdbus::Result<> &&result, std::string name, Options options) override;
    void Commit(sdbus::Result<> &&result, std::string name, Options options) override;
    std::vector<sdbus::Struct<std::string, std::uint64_t>> Snapshots() override { return snapshots_; }
    bool Ephemeral() override { return false; }
    std::string Kind() override { return "archive"; }
    std::string Source() override { return "some.tar"; }
    std::string OsName() override { return "Evil \x1b[31mOS\x1b]0;title\x07"; }
    std::string Network() override { return "host"; }
    std::string BinfmtTable() override { return "host"; }
    std::uint64_t Created() override { return 1700000000000000; }
    std::uint64_t Started() override { return 0; }
    std::vector<sdbus::ObjectPath> Jobs() override { return {}; }

    World &world_;
    std::string name_;
    std::vector<sdbus::Struct<std::string, std::string, bool>> binds_;
    Numbers limits_;
    std::vector<sdbus::Struct<std::string, std::uint64_t>> snapshots_;
};

/// Creates: "taken" exists already, "slow" runs until it is cancelled and shows progress, "broken" fails,
/// "stubborn" ignores Cancel; the others succeed, and an archive is read to its end first.
class FakeManager final
    : public sdbus::AdaptorInterfaces<org::frankend1::Manager_adaptor, sdbus::ObjectManager_adaptor> {
  public:
    FakeManager(World &world, sdbus::IConnection &connection);
    FakeManager(const FakeManager &) = delete;
    FakeManager &operator=(const FakeManager &) = delete;
    ~FakeManager();

  private:
    void CreateFromDirectory(JobResult &&result, std::string name, sdbus::UnixFd directory,
                             Options options) override;
    void CreateFromArchive(JobResult &&result, std::string name, sdbus::UnixFd archive,
                           Options options) override;
    void CreateFromDebian(JobResult &&result, std::string name, std::string suite, Options options) override;
    std::vector<std::string> DescribePlan(const std::string &name, const Options &options) override;
    void
    Diagnose(sdbus::Result<std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>>>
                 &&result) override;
    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::uint32_t,
                              std::string>>
    ListBoards() override {
        return {{"rpi3", "arm64", "Raspberry Pi 3", "cortex-a53", "aarch64", 4096, ""},
                {"rpi3", "armhf", "Raspberry Pi 3", "", "armv7l", 4096, "esc \x1b[1m"}};
    }
    using EmulatorList = std::vector<
        sdbus::Struct<std::string, std::string, bool, std::vector<std::string>, std::string, std::string>>;
    void ListEmulators(sdbus::Result<EmulatorList> &&result) override;
    std::string Version() override { return "fake"; }
    using Entry = sdbus::Struct<std::string, bool, std::string, std::string, std::string, std::string,
                                std::vector<std::string>>;
    std::vector<Entry> ListBinfmt() override { return entries(); }
    std::vector<Entry> CheckBinfmt(const std::string &file, const Bytes &head) override;
    void EnableBinfmt(sdbus::Result<> &&result, std::string arch, Options options) override;
    void DisableBinfmt(sdbus::Result<> &&result, std::string arch, Options options) override;
    static std::vector<Entry> entries();
    void create(JobResult &&result, const std::string &name, const std::string &source);

    World &world_;
};

class World {
  public:
    explicit World(sdbus::IConnection &connection);
    FakeJob &add_job(const std::string &kind, const std::string &session);
    FakeJob *find_job(const std::string &id);
    void look_around();
    /// Is there something that no descriptor of the loop tells of?
    bool is_restless() const;

  private:
    sdbus::IConnection &connection_;
    unsigned next_ = 1;
    FakeManager manager_;
    std::vector<std::unique_ptr<FakeSession>> sessions_;
    std::map<std::string, std::unique_ptr<FakeJob>> jobs_;
};

} // namespace frank::fake
