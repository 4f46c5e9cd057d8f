// What frankend remembers of a root's acceleration: which tools were verified against which twins. Pure.
#pragma once

#include "daemon/plan/exec_table_builder.hpp"
#include "daemon/plan/instance.hpp"
#include "daemon/plan/result.hpp"
#include "daemon/plan/twin.hpp"
#include "daemon/plan/workaround.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace frank::plan {

/// Native twins of one suite and architecture, in frank-launcher's storage.
struct Twins {
    Instance instance{}; ///< names the tree
    std::string digest;  ///< of all that is in it; empty: they are not whole
    std::string suite;   ///< empty: of a directory that was given
    Arch arch = Arch::none;
    std::uint64_t created = 0;      ///< microseconds since 1970
    std::vector<std::string> tools; ///< paths in the tree
};

bool has_llvm(const Twins &twins);

/// When a file is still the same one. The device's number is another after a reboot, maybe.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t mtime_seconds = 0;
    std::uint32_t mtime_nanoseconds = 0;

    bool same_file(const FileIdentity &other) const {
        return inode == other.inode && size == other.size && mtime_seconds == other.mtime_seconds &&
               mtime_nanoseconds == other.mtime_nanoseconds;
    }
    bool operator==(const FileIdentity &) const = default;
};

/// By canonical path in the guest.
using Survey = std::map<std::string, FileIdentity>;

struct ToolVerdict {
    std::string path; ///< of the twin, in the twins' tree
    FileIdentity file{};
    bool good = false;
    std::string reason{};                                   ///< why it is not good; printable
    std::uint64_t emulated_us = 0, native_us = 0, runs = 0; ///< what its verification took
    /// "(Debian 12.2.0-14)": what each of the two says that it comes from; empty: nothing.
    std::string package{}, native_package{};

    /// Microseconds that a call is quicker by, as far as verification tells.
    std::uint64_t saved_by_call() const;
};

struct AccelRecord {
    bool on = false;
    ToolClasses off{};   ///< while it is on: what stays emulated all the same
    bool todo = false;   ///< it is on, and at the next start there is more to do than to lay routes
    std::string suite{}; ///< of its Debian, as its creation saw it; empty: not known, or none
    std::string twins{}; ///< their digest; empty: none yet
    std::vector<ToolVerdict> tools{};
};

std::string to_toml(const Twins &twins);
Result<Twins> twins_from_toml(std::string_view text);
std::string to_toml(const AccelRecord &record);
Result<AccelRecord> accel_from_toml(std::string_view text);

/// Classes of tools, or with none all that there are. The first ones that are switched on are alone on; with
/// the last one that is switched off all is.
void switch_on(AccelRecord &record, const ToolClasses &classes);
void switch_off(AccelRecord &record, const ToolClasses &classes);

/// What a guest may have of the record's tools, and of those that have no twin.
std::vector<std::string> surveyed_paths(const AccelRecord &record, Arch arch);
/// One line of `frank-verify survey`; what is none changes nothing.
void take_survey_line(std::string_view line, Survey &survey);
/// One line of `frank-verify check`, about a tool of the survey. False where it is none.
bool take_verdict_line(std::string_view line, Arch arch, const Survey &survey, AccelRecord &record);

/// Every tool of `twins` that the guest has, as it is there now, whose class is not off, and that no
/// work-around keeps emulated: what is to be verified.
std::vector<RouteEntry> candidate_routes(const Twins &twins, const Survey &survey, const Chosen &workarounds,
                                         const ToolClasses &off = {});
/// The verified ones of these whose files are still the same. A route's counter is the tool's place in the
/// record, from 1.
std::vector<RouteEntry> verified_routes(const AccelRecord &record, Arch arch, const Survey &survey,
                                        const Chosen &workarounds);
/// Why a tool is emulated whatever its verification says: "work-around NAME: what goes wrong without it".
/// Empty: nothing speaks against its twin.
std::string kept_emulated(const Chosen &workarounds, std::string_view path);

} // namespace frank::plan
