// org.frankend1.Manager: makes sessions, tells what could be done.
#pragma once

#include "daemon/bus/descriptors.hpp"
#include "daemon/bus/door.hpp"
#include "daemon/bus/options.hpp"
#include "daemon/bus/surroundings.hpp"
#include "manager_adaptor.hpp"

#include <vector>

namespace frank::bus {

class ManagerObject final : public sdbus::AdaptorInterfaces<org::frankend1::Manager_adaptor> {
  public:
    /// On the bus from here to destruction.
    ManagerObject(sdbus::IConnection &connection, Door &door);
    ~ManagerObject();
    ManagerObject(const ManagerObject &) = delete;
    ManagerObject &operator=(const ManagerObject &) = delete;

  private:
    struct Given {
        sys::Fd source, emulator; ///< either may be none
    };
    using JobReply = Reply<sdbus::ObjectPath>;
    using Findings = std::vector<sdbus::Struct<std::string, std::string, std::string, std::string>>;

    using BoardRow = sdbus::Struct<std::string, std::string, std::string, std::string, std::string,
                                   std::uint32_t, std::string>;
    using Emulators = std::vector<
        sdbus::Struct<std::string, std::string, bool, std::vector<std::string>, std::string, std::string>>;

    void CreateFromDirectory(sdbus::Result<sdbus::ObjectPath> &&result, std::string name,
                             sdbus::UnixFd directory, OptionMap options) override;
    void CreateFromArchive(sdbus::Result<sdbus::ObjectPath> &&result, std::string name, sdbus::UnixFd archive,
                           OptionMap options) override;
    void CreateFromDebian(sdbus::Result<sdbus::ObjectPath> &&result, std::string name, std::string suite,
                          OptionMap options) override;
    std::vector<std::string> DescribePlan(const std::string &name, const OptionMap &options) override;
    void Diagnose(sdbus::Result<Findings> &&result) override;
    void ListEmulators(sdbus::Result<Emulators> &&result) override;
    std::string Version() override;

    std::vector<BoardRow> ListBoards() override;
    // manager_binfmt.cpp
    using BinfmtEntry = sdbus::Struct<std::string, bool, std::string, std::string, std::string, std::string,
                                      std::vector<std::string>>;
    std::vector<BinfmtEntry> ListBinfmt() override;
    std::vector<BinfmtEntry> CheckBinfmt(const std::string &file,
                                         const std::vector<std::uint8_t> &head) override;
    void EnableBinfmt(sdbus::Result<> &&result, std::string arch, OptionMap options) override;
    void DisableBinfmt(sdbus::Result<> &&result, std::string arch, OptionMap options) override;
    void set_binfmt(const MethodRule &rule, sdbus::Result<> &&result, const std::string &arch,
                    OptionMap options, bool on);

    void create(Call call, const JobReply &reply, const plan::CreateRequest &request, Given given);

    Door &door_;
    Surroundings surroundings_;
};

} // namespace frank::bus
