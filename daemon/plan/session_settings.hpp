// What frankend remembers of a named root filesystem, and its text form (session.toml).
#pragma once

#include "daemon/plan/accel_wish.hpp"
#include "daemon/plan/arch_set.hpp"
#include "daemon/plan/bind.hpp"
#include "daemon/plan/launch_request.hpp"
#include "daemon/plan/layer.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/plan/session_name.hpp"
#include "daemon/plan/wide_numbers.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

enum class RootKind : std::uint8_t { directory, archive, debian, layer };

std::string_view to_text(RootKind kind);
std::optional<RootKind> root_kind_from_text(std::string_view text);
std::string_view to_text(Network network);

/// A checked order to create: what parse_create lets through.
struct CreateRequest {
    SessionName name;
    RootKind kind;
    std::uint32_t owner;
    Arch arch; ///< none: find out from the root
    std::string cpu;
    std::string source; ///< what the user called it; shown only
    std::string suite;  ///< debian only
    std::vector<std::string> include;
    std::string
        emulator{};      ///< what the user called the one that was given; shown only, empty: this machine's
    std::string board{}; ///< empty: the generic one of the architecture
    std::vector<std::string> workarounds_off{}; ///< names
    std::optional<AccelWish> accel{};           ///< nothing: as the configuration has it
    ResourceLimits limits{};
};

/// As it came from outside.
struct RawCreate {
    std::string name;
    RootKind kind = RootKind::directory;
    std::uint32_t owner = 0;
    std::string arch;
    std::string cpu;
    std::string source;
    std::string suite;
    std::vector<std::string> include;
    std::string emulator{};
    std::string board{};
    std::vector<std::string> workarounds_off{};
    std::string accel{};
    std::map<std::string, std::uint64_t> limits{}; ///< by resource
};

/// What may be the name of a Debian's suite: "bookworm".
bool is_debian_suite(std::string_view text);
Result<CreateRequest> parse_create(const RawCreate &raw);

struct SessionSettings {
    SessionName name;
    RootKind kind;
    Instance instance; ///< names the tree in frank-launcher's storage
    std::uint32_t owner;
    std::uint32_t id_base;
    DiskIds disk_ids;
    Arch arch; ///< none while it is being created
    std::string cpu;
    std::string source;
    std::string os_name;
    std::uint64_t created;  ///< microseconds since 1970
    bool complete;          ///< false: a creation was begun and not finished
    bool doomed;            ///< a deletion was begun and not finished
    std::string emulator{}; ///< what the user called the one that was given and is kept beside the settings
    ArchSet extra_arches{}; ///< what else the root held programs of when it was last looked at
    std::string board{};    ///< empty: the generic one of the architecture
    std::vector<std::string> workarounds{};     ///< whose signs the root held when it was last looked at
    std::vector<std::string> workarounds_off{}; ///< that its owner does not want
    RootStorage storage{};                      ///< as it was last seen, where a program of the root minds
    std::vector<Bind> binds{};                  ///< in order of target
    ResourceLimits limits{};
    Layering layers{};

    /// Its own and what else it holds.
    ArchSet arches() const {
        ArchSet all = extra_arches;
        all.insert(arch);
        return all;
    }
};

std::string to_toml(const SessionSettings &settings);
/// Refuses a torn, foreign or newer file with a message that says so.
Result<SessionSettings> settings_from_toml(std::string_view text);

} // namespace frank::plan
