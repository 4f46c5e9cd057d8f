// The sessions and jobs that the caller may see, as frankend's object manager has them.
#pragma once

#include "client/daemon_link.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>

namespace frank::client {

struct SessionInfo {
    std::string name;
    std::string state;
    std::string architecture;
    std::vector<std::string> extra_architectures; ///< what else its root holds programs of
    std::string cpu;
    std::string emulator;
    bool emulator_replaced = false;
    std::string board;
    std::string acceleration;
    std::vector<std::string> acceleration_off; ///< classes of tools
    struct Workaround {
        std::string name;
        bool on = false; ///< its commands get it now
        std::string why, sets, advice;
    };
    std::vector<Workaround> workarounds; ///< for what its root holds
    std::vector<std::string> workarounds_off;
    struct Finding {
        std::string check, outcome, seen, remedy;
    };
    std::vector<Finding> findings;
    struct Bind {
        std::string source, target;
        bool writable = false;
    };
    std::vector<Bind> binds;                     ///< directories of the machine that it sees
    std::map<std::string, std::uint64_t> limits; ///< by resource, those that there are
    struct Snapshot {
        std::string tag;
        std::uint64_t created = 0;
    };
    std::vector<Snapshot> snapshots; ///< oldest first
    bool ephemeral = false;          ///< it goes with its last command
    std::string kind;
    std::string source;
    std::string os;
    std::string network;
    std::string table; ///< of binfmt_misc: "own", "host" or ""
    std::uint32_t owner = 0;
    std::uint64_t created = 0; ///< microseconds since 1970, as all times here
    std::uint64_t started = 0;
    std::vector<std::string> jobs; ///< ids
};

struct JobInfo {
    std::string id;
    std::string kind;
    std::string session;
    std::uint32_t owner = 0;
    std::string state;
    std::int32_t status = 0;
    std::string message;
    std::string breakage; ///< its name, and what to do
    std::string breakage_line;
    std::string description;
    std::uint64_t native_calls = 0; ///< of programs, where the session has twins
    std::uint64_t emulated_calls = 0;
    bool terminal = false;
    bool log = false;
    std::uint64_t started = 0;
    std::uint64_t ended = 0;
};

struct Inventory {
    std::vector<SessionInfo> sessions; ///< by name
    std::vector<JobInfo> jobs;         ///< by number
};

/// Failure where the caller may see none of that name.
SessionInfo session_named(const Inventory &inventory, const std::string &name);

/// Asks frankend. From then on it also sends the caller news of these objects.
Inventory take_inventory(DaemonLink &link);

/// The keys are part of frankctl's promises.
nlohmann::ordered_json to_json(const SessionInfo &session);
nlohmann::ordered_json to_json(const JobInfo &job);

} // namespace frank::client
