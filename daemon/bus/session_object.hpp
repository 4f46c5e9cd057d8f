// org.frankend1.Session: one named root filesystem, running or not.
#pragma once

#include "daemon/bus/door.hpp"
#include "daemon/bus/options.hpp"
#include "session_adaptor.hpp"

#include <string>
#include <vector>

namespace frank::bus {

using Bytes = std::vector<std::uint8_t>;
using PropertyMap = std::map<std::string, sdbus::Variant>;

class SessionObject final : public sdbus::AdaptorInterfaces<org::frankend1::Session_adaptor> {
  public:
    /// On the bus from here to destruction, which must not happen inside one of its own handlers.
    SessionObject(sdbus::IConnection &connection, Door &door, std::string name);
    ~SessionObject();
    SessionObject(const SessionObject &) = delete;
    SessionObject &operator=(const SessionObject &) = delete;

    /// All of them; throws NoSuchSession when the session is gone.
    PropertyMap properties();
    /// Those that change.
    PropertyMap news();

  private:
    void Start(sdbus::Result<> &&result, OptionMap options) override;
    void Stop(sdbus::Result<> &&result, OptionMap options) override;
    void Destroy(sdbus::Result<sdbus::ObjectPath> &&result, OptionMap options) override;
    void Spawn(sdbus::Result<sdbus::ObjectPath> &&result, std::vector<Bytes> argv, Bytes cwd,
               std::vector<Bytes> env, std::map<std::uint32_t, sdbus::UnixFd> fds,
               OptionMap options) override;
    void Enter(sdbus::Result<sdbus::ObjectPath, sdbus::UnixFd> &&result, std::vector<Bytes> argv, Bytes cwd,
               std::vector<Bytes> env, OptionMap options) override;

    void Accelerate(sdbus::Result<sdbus::ObjectPath> &&result, OptionMap options) override;
    void Emulate(sdbus::Result<> &&result, OptionMap options) override;
    using TwinRows = std::vector<sdbus::Struct<std::string, std::string, bool, std::string, std::uint64_t,
                                               std::uint64_t, std::uint64_t>>;
    void ListTwins(sdbus::Result<TwinRows> &&result) override;

    void SwitchWorkaround(sdbus::Result<bool> &&result, std::string workaround, bool on,
                          OptionMap options) override;

    void Bind(sdbus::Result<> &&result, sdbus::UnixFd directory, Bytes target, OptionMap options) override;
    void Unbind(sdbus::Result<> &&result, Bytes target, OptionMap options) override;

    using Numbers = std::map<std::string, std::uint64_t>;
    void SetLimits(sdbus::Result<> &&result, Numbers limits, OptionMap options) override;
    void MeasureUse(sdbus::Result<Numbers> &&result) override;

    void Snapshot(sdbus::Result<> &&result, std::string tag, OptionMap options) override;
    void Rollback(sdbus::Result<> &&result, std::string tag, OptionMap options) override;
    void RemoveSnapshot(sdbus::Result<> &&result, std::string tag, OptionMap options) override;
    void Clone(sdbus::Result<> &&result, std::string name, OptionMap options) override;
    void Commit(sdbus::Result<> &&result, std::string name, OptionMap options) override;

    std::string Name() override;
    std::uint32_t Owner() override;
    std::string State() override;
    std::string Architecture() override;
    std::vector<std::string> ExtraArchitectures() override;
    std::string Cpu() override;
    std::string Emulator() override;
    bool EmulatorReplaced() override;
    std::string Board() override;
    std::string Acceleration() override;
    std::vector<std::string> AccelerationOff() override;
    sdbus::Struct<bool, std::string> AccelerationOffer() override;
    using WorkaroundRows =
        std::vector<sdbus::Struct<std::string, bool, std::string, std::string, std::string>>;
    WorkaroundRows Workarounds() override;
    std::vector<std::string> WorkaroundsOff() override;
    std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>> Findings() override;
    std::vector<sdbus::Struct<std::string, std::string, bool>> Binds() override;
    Numbers Limits() override;
    std::vector<sdbus::Struct<std::string, std::uint64_t>> Snapshots() override;
    bool Ephemeral() override;
    std::string Kind() override;
    std::string Source() override;
    std::string OsName() override;
    std::string Network() override;
    std::string BinfmtTable() override;
    std::uint64_t Created() override;
    std::uint64_t Started() override;
    std::vector<sdbus::ObjectPath> Jobs() override;

    /// A deed that its checked argument says all of.
    template <class Value>
    void layer(sdbus::Result<> &&result, const MethodRule &rule, plan::Result<Value> argument,
               OptionMap options, std::function<void(const Caller &, const Value &, const Reply<> &)> act);
    template <class Get> auto property(Get get) {
        return guarded([&] { return get(door_.session(name_)); });
    }
    /// Looks up, asks, looks up again, and acts if it is still the same session.
    template <class... Values>
    void pass(const MethodRule &rule, bool interactive, std::map<std::string, std::string> details,
              const Reply<Values...> &reply, std::function<void(const Caller &)> act);

    Door &door_;
    std::string name_;
};

} // namespace frank::bus
