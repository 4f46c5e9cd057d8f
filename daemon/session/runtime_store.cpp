#include "daemon/session/runtime_store.hpp"

#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <sstream>
#include <toml++/toml.h>

namespace frank::session {

namespace {

constexpr const char *file_name = "session.toml";

toml::array array_of(const std::vector<std::string> &names) {
    toml::array array;
    for (const std::string &name : names)
        array.push_back(name);
    return array;
}

std::optional<std::vector<std::string>> names_of(const toml::array *array) {
    if (array == nullptr)
        return std::nullopt;
    std::vector<std::string> names;
    for (const toml::node &node : *array)
        names.push_back(node.value_or(std::string()));
    return names;
}

} // namespace

RuntimeStore::RuntimeStore(std::string runtime, std::string boot_id)
    : runtime_(std::move(runtime)), boot_id_(std::move(boot_id)) {
    sys::ensure_directory(runtime_, 0700);
    sys::ensure_directory(runtime_ + "/sessions", 0700);
    sys::ensure_directory(runtime_ + "/workshops", 0700);
}

void RuntimeStore::make(const std::string &directory, const RunningRecord &record) const {
    remove_flat(directory);
    sys::ensure_directory(directory, 0700);
    toml::table table{{"boot_id", boot_id_},
                      {"started", static_cast<std::int64_t>(record.started)},
                      {"emulator", record.emulator.path},
                      {"emulator_stamp", record.emulator.stamp}};
    if (record.workarounds_off)
        table.insert("workarounds_off", array_of(*record.workarounds_off));
    std::ostringstream text;
    text << table << '\n';
    write_runtime_file(directory, file_name, text.str());
}

std::optional<RunningRecord> RuntimeStore::record(const std::string &name) const {
    const std::string directory = session_directory(name);
    std::string why;
    try {
        const auto text = sys::read_file(open_directory(directory).get(), file_name, max_state_bytes);
        if (!text)
            return std::nullopt;
        const toml::table table = toml::parse(*text);
        const auto boot = table["boot_id"].value<std::string>();
        const auto started = table["started"].value<std::int64_t>();
        if (boot && *boot != boot_id_)
            return std::nullopt;
        if (boot && started && *started >= 0)
            return RunningRecord{
                static_cast<std::uint64_t>(*started),
                {table["emulator"].value_or(std::string()), table["emulator_stamp"].value_or(std::string())},
                names_of(table["workarounds_off"].as_array())};
        why = "boot_id or started is missing";
    } catch (const std::exception &error) {
        why = error.what();
    }
    set_aside(directory, file_name, why);
    return std::nullopt;
}

std::vector<std::string> RuntimeStore::sessions() const { return names_in(runtime_ + "/sessions"); }

void RuntimeStore::remove(const std::string &directory) const { remove_flat(directory); }

void RuntimeStore::remove_workshops() const {
    for (const std::string &name : names_in(runtime_ + "/workshops"))
        remove_flat(workshop_directory(name));
}

} // namespace frank::session
