// A job of the stand-in for frankend: a child process, or a pretended long operation.
#pragma once

#include "dbus-interfaces/sdbus_compat.hpp"

#include <cstdint>
#include <job_adaptor.hpp>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frank::fake {

using Options = std::map<std::string, sdbus::Variant>;
using Bytes = std::vector<std::uint8_t>;
using End = std::tuple<std::string, std::int32_t, std::string, std::string>;
using WaitResult = sdbus::Result<std::string, std::int32_t, std::string, std::string>;

class FakeJob final : public sdbus::AdaptorInterfaces<org::frankend1::Job_adaptor> {
  public:
    FakeJob(sdbus::IConnection &connection, std::string id, std::string kind, std::string session);
    FakeJob(const FakeJob &) = delete;
    FakeJob &operator=(const FakeJob &) = delete;
    ~FakeJob();

    sdbus::ObjectPath path() const;
    void end(End end);
    void progress(const std::string &what, std::uint64_t done, std::uint64_t total, const std::string &unit);
    /// Reaps the process and copies the terminal's output to the log.
    void look_around();
    bool runs() const { return std::get<0>(end_) == "running"; }

    pid_t pid = -1;
    int log = -1;      ///< the file, if there is one
    int terminal = -1; ///< a master whose output is logged
    std::string description = "fake";
    bool ends_when_cancelled = true;

  private:
    void Wait(WaitResult &&result) override;
    void Signal(sdbus::Result<> &&result, std::int32_t signal, Options options) override;
    void Resize(sdbus::Result<> &&result, std::uint32_t rows, std::uint32_t columns,
                Options options) override;
    void OpenLog(sdbus::Result<sdbus::UnixFd> &&result, Options options) override;
    void Cancel(sdbus::Result<> &&result, Options options) override;
    std::string Id() override { return id_; }
    std::string Kind() override { return kind_; }
    std::string Session() override { return session_; }
    std::uint32_t Owner() override { return getuid(); }
    std::string State() override { return std::get<0>(end_); }
    std::int32_t Status() override { return std::get<1>(end_); }
    std::string Message() override { return std::get<2>(end_); }
    sdbus::Struct<std::string, std::string> Breakage() override {
        return sdbus::Struct<std::string, std::string>{"", ""};
    }
    std::string Description() override { return description; }
    bool HasTerminal() override { return terminal >= 0; }
    bool HasLog() override { return log >= 0; }
    std::uint64_t Started() override { return 1700000000000000; }
    std::uint64_t Ended() override { return runs() ? 0 : 1700000001000000; }
    sdbus::Struct<std::string, std::uint64_t, std::uint64_t, std::string> Progress() override {
        return progress_;
    }

    sdbus::Struct<std::uint64_t, std::uint64_t> Calls() override {
        return kind_ == "command" && !runs() ? sdbus::Struct<std::uint64_t, std::uint64_t>{12, 3}
                                             : sdbus::Struct<std::uint64_t, std::uint64_t>{0, 0};
    }

    std::string id_;
    std::string kind_;
    std::string session_;
    End end_{"running", 0, "", ""};
    sdbus::Struct<std::string, std::uint64_t, std::uint64_t, std::string> progress_{"", 0, 0, ""};
    std::vector<WaitResult> waiting_;
};

} // namespace frank::fake
