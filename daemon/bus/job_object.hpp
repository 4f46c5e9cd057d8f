// org.frankend1.Job: one command in a session, or one long operation.
#pragma once

#include "daemon/bus/door.hpp"
#include "daemon/bus/options.hpp"
#include "job_adaptor.hpp"

#include <string>

namespace frank::bus {

using PropertyMap = std::map<std::string, sdbus::Variant>;

class JobObject final : public sdbus::AdaptorInterfaces<org::frankend1::Job_adaptor> {
  public:
    /// On the bus from here to destruction, which must not happen inside one of its own handlers.
    JobObject(sdbus::IConnection &connection, Door &door, session::JobId id);
    ~JobObject();
    JobObject(const JobObject &) = delete;
    JobObject &operator=(const JobObject &) = delete;

    /// All of them; throws NoSuchJob when the job is forgotten.
    PropertyMap properties();
    /// Those that change.
    PropertyMap news();

  private:
    using BreakageValue = sdbus::Struct<std::string, std::string>;
    using CallsValue = sdbus::Struct<std::uint64_t, std::uint64_t>;
    using ProgressValue = sdbus::Struct<std::string, std::uint64_t, std::uint64_t, std::string>;

    void Wait(sdbus::Result<std::string, std::int32_t, std::string, std::string> &&result) override;
    void Signal(sdbus::Result<> &&result, std::int32_t signal, OptionMap options) override;
    void Resize(sdbus::Result<> &&result, std::uint32_t rows, std::uint32_t columns,
                OptionMap options) override;
    void OpenLog(sdbus::Result<sdbus::UnixFd> &&result, OptionMap options) override;
    void Cancel(sdbus::Result<> &&result, OptionMap options) override;

    std::string Id() override;
    std::string Kind() override;
    std::string Session() override;
    std::uint32_t Owner() override;
    std::string State() override;
    std::int32_t Status() override;
    std::string Message() override;
    BreakageValue Breakage() override;
    std::string Description() override;
    bool HasTerminal() override;
    bool HasLog() override;
    std::uint64_t Started() override;
    std::uint64_t Ended() override;
    ProgressValue Progress() override;
    CallsValue Calls() override;

    template <class Get> auto property(Get get) {
        return guarded([&] { return get(door_.job(id_)); });
    }
    template <class... Values>
    void pass(const MethodRule &rule, bool interactive, const Reply<Values...> &reply,
              std::function<void()> act);

    Door &door_;
    session::JobId id_;
};

} // namespace frank::bus
