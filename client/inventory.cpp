#include "client/inventory.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace frank::client {

namespace {

using Properties = std::map<std::string, sdbus::Variant>;
using Objects = std::map<sdbus::ObjectPath, std::map<std::string, Properties>>;

using WorkaroundRow = sdbus::Struct<std::string, bool, std::string, std::string, std::string>;

using BindRow = sdbus::Struct<std::string, std::string, bool>;

using FindingRow = sdbus::Struct<std::string, std::string, std::string, std::string>;

/// The property, or an empty value where this frankend does not have it.
template <class Value> Value value_of(const Properties &properties, const char *name) {
    const auto found = properties.find(name);
    return found == properties.end() ? Value{} : found->second.get<Value>();
}

std::string text_of(const Properties &properties, const char *name) {
    return value_of<std::string>(properties, name);
}

SessionInfo session_of(const Properties &from) {
    SessionInfo session;
    session.name = text_of(from, "Name");
    session.state = text_of(from, "State");
    session.architecture = text_of(from, "Architecture");
    session.extra_architectures = value_of<std::vector<std::string>>(from, "ExtraArchitectures");
    session.cpu = text_of(from, "Cpu");
    session.emulator = text_of(from, "Emulator");
    session.emulator_replaced = value_of<bool>(from, "EmulatorReplaced");
    session.board = text_of(from, "Board");
    session.acceleration = text_of(from, "Acceleration");
    session.acceleration_off = value_of<std::vector<std::string>>(from, "AccelerationOff");
    for (const WorkaroundRow &row : value_of<std::vector<WorkaroundRow>>(from, "Workarounds"))
        session.workarounds.push_back(
            {std::get<0>(row), std::get<1>(row), std::get<2>(row), std::get<3>(row), std::get<4>(row)});
    for (const FindingRow &row : value_of<std::vector<FindingRow>>(from, "Findings"))
        session.findings.push_back({std::get<0>(row), std::get<1>(row), std::get<2>(row), std::get<3>(row)});
    session.workarounds_off = value_of<std::vector<std::string>>(from, "WorkaroundsOff");
    for (const BindRow &row : value_of<std::vector<BindRow>>(from, "Binds"))
        session.binds.push_back({std::get<0>(row), std::get<1>(row), std::get<2>(row)});
    session.limits = value_of<std::map<std::string, std::uint64_t>>(from, "Limits");
    using SnapshotRow = sdbus::Struct<std::string, std::uint64_t>;
    for (const SnapshotRow &row : value_of<std::vector<SnapshotRow>>(from, "Snapshots"))
        session.snapshots.push_back({std::get<0>(row), std::get<1>(row)});
    session.ephemeral = value_of<bool>(from, "Ephemeral");
    session.kind = text_of(from, "Kind");
    session.source = text_of(from, "Source");
    session.os = text_of(from, "OsName");
    session.network = text_of(from, "Network");
    session.table = text_of(from, "BinfmtTable");
    session.owner = value_of<std::uint32_t>(from, "Owner");
    session.created = value_of<std::uint64_t>(from, "Created");
    session.started = value_of<std::uint64_t>(from, "Started");
    for (const sdbus::ObjectPath &path : value_of<std::vector<sdbus::ObjectPath>>(from, "Jobs"))
        session.jobs.push_back(job_id(path));
    return session;
}

JobInfo job_of(const Properties &from) {
    JobInfo job;
    job.id = text_of(from, "Id");
    job.kind = text_of(from, "Kind");
    job.session = text_of(from, "Session");
    job.owner = value_of<std::uint32_t>(from, "Owner");
    job.state = text_of(from, "State");
    job.status = value_of<std::int32_t>(from, "Status");
    job.message = text_of(from, "Message");
    job.description = text_of(from, "Description");
    if (const auto found = from.find("Breakage"); found != from.end()) {
        const auto breakage = found->second.get<sdbus::Struct<std::string, std::string>>();
        job.breakage = std::get<0>(breakage);
        job.breakage_line = std::get<1>(breakage);
    }
    if (const auto found = from.find("Calls"); found != from.end()) {
        const auto calls = found->second.get<sdbus::Struct<std::uint64_t, std::uint64_t>>();
        job.native_calls = std::get<0>(calls);
        job.emulated_calls = std::get<1>(calls);
    }
    job.terminal = value_of<bool>(from, "HasTerminal");
    job.log = value_of<bool>(from, "HasLog");
    job.started = value_of<std::uint64_t>(from, "Started");
    job.ended = value_of<std::uint64_t>(from, "Ended");
    return job;
}

Objects managed_objects(sdbus::IConnection &connection) {
    const auto root = sdbus::createProxy(connection, contract::ServiceName{contract::bus_name},
                                         sdbus::ObjectPath{contract::manager_path});
    Objects objects;
    root->callMethod("GetManagedObjects")
        .onInterface("org.freedesktop.DBus.ObjectManager")
        .storeResultsTo(objects);
    return objects;
}

/// Shorter numbers are smaller ones.
bool is_earlier(const JobInfo &one, const JobInfo &other) {
    return one.id.size() != other.id.size() ? one.id.size() < other.id.size() : one.id < other.id;
}

} // namespace

Inventory take_inventory(DaemonLink &link) {
    return asked("frankend", [&link] {
        Inventory inventory;
        for (const auto &[path, interfaces] : managed_objects(link.connection()))
            for (const auto &[interface, properties] : interfaces) {
                if (interface == contract::session_interface)
                    inventory.sessions.push_back(session_of(properties));
                else if (interface == contract::job_interface)
                    inventory.jobs.push_back(job_of(properties));
            }
        std::sort(inventory.sessions.begin(), inventory.sessions.end(),
                  [](const SessionInfo &one, const SessionInfo &other) { return one.name < other.name; });
        std::sort(inventory.jobs.begin(), inventory.jobs.end(), is_earlier);
        return inventory;
    });
}

SessionInfo session_named(const Inventory &inventory, const std::string &name) {
    for (const SessionInfo &session : inventory.sessions)
        if (session.name == name)
            return session;
    throw Failure("there is no " + session_title(name) + ", or it is not yours; see: frankctl list");
}

nlohmann::ordered_json to_json(const SessionInfo &session) {
    auto findings = nlohmann::ordered_json::array();
    for (const SessionInfo::Finding &one : session.findings)
        findings.push_back(
            {{"check", one.check}, {"outcome", one.outcome}, {"seen", one.seen}, {"remedy", one.remedy}});
    auto binds = nlohmann::ordered_json::array();
    for (const SessionInfo::Bind &one : session.binds)
        binds.push_back({{"source", one.source}, {"target", one.target}, {"writable", one.writable}});
    auto snapshots = nlohmann::ordered_json::array();
    for (const SessionInfo::Snapshot &one : session.snapshots)
        snapshots.push_back({{"snapshot", one.tag}, {"created", one.created}});
    auto workarounds = nlohmann::ordered_json::array();
    for (const SessionInfo::Workaround &one : session.workarounds)
        if (one.on)
            workarounds.push_back(
                {{"name", one.name}, {"why", one.why}, {"sets", one.sets}, {"advice", one.advice}});
    return {{"name", session.name},
            {"state", session.state},
            {"architecture", session.architecture},
            {"cpu", session.cpu},
            {"kind", session.kind},
            {"source", session.source},
            {"os", session.os},
            {"network", session.network},
            {"binfmt", session.table},
            {"owner", session.owner},
            {"created", session.created},
            {"started", session.started},
            {"jobs", session.jobs},
            {"emulator", session.emulator},
            {"emulator_replaced", session.emulator_replaced},
            {"extra_architectures", session.extra_architectures},
            {"board", session.board},
            {"acceleration", session.acceleration},
            {"acceleration_off", session.acceleration_off},
            {"workarounds", workarounds},
            {"workarounds_off", session.workarounds_off},
            {"findings", findings},
            {"binds", binds},
            {"limits", session.limits},
            {"snapshots", snapshots},
            {"ephemeral", session.ephemeral}};
}

nlohmann::ordered_json to_json(const JobInfo &job) {
    return {{"id", job.id},
            {"kind", job.kind},
            {"session", job.session},
            {"owner", job.owner},
            {"state", job.state},
            {"status", job.status},
            {"message", job.message},
            {"description", job.description},
            {"terminal", job.terminal},
            {"log", job.log},
            {"started", job.started},
            {"ended", job.ended},
            {"breakage", job.breakage},
            {"breakage_line", job.breakage_line},
            {"native_calls", job.native_calls},
            {"emulated_calls", job.emulated_calls}};
}

} // namespace frank::client
