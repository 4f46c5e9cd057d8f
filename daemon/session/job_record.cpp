#include "daemon/session/job_record.hpp"

#include <array>
#include <limits>
#include <sstream>
#include <toml++/toml.h>

namespace frank::session {

namespace {

constexpr std::array kinds{JobKind::command, JobKind::create, JobKind::destroy, JobKind::accelerate};
constexpr std::array states{JobState::running, JobState::exited, JobState::killed, JobState::failed,
                            JobState::cancelled};

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// Throws where the key is missing or of another type: one place tells the file is not ours.
template <class T> T need(const toml::table &table, std::string_view key) {
    if (auto value = table[key].value<T>())
        return *value;
    throw std::runtime_error(std::string(key) + " is missing");
}

std::uint64_t need_unsigned(const toml::table &table, std::string_view key, std::uint64_t max) {
    const auto value = need<std::int64_t>(table, key);
    if (value < 0 || static_cast<std::uint64_t>(value) > max)
        throw std::runtime_error(std::string(key) + " is out of range");
    return static_cast<std::uint64_t>(value);
}

template <class Values> auto need_name(const toml::table &table, std::string_view key, const Values &values) {
    const auto text = need<std::string>(table, key);
    for (const auto value : values)
        if (text == to_text(value))
            return value;
    throw std::runtime_error(std::string(key) + " is not known");
}

JobRecord read(const toml::table &table) {
    constexpr std::uint64_t longest = std::numeric_limits<std::int64_t>::max();
    JobRecord record;
    record.boot_id = need<std::string>(table, "boot_id");
    Job &job = record.job;
    job.id = need_unsigned(table, "id", longest);
    job.kind = need_name(table, "kind", kinds);
    job.session = need<std::string>(table, "session");
    job.owner =
        static_cast<std::uint32_t>(need_unsigned(table, "owner", std::numeric_limits<std::uint32_t>::max()));
    job.description = need<std::string>(table, "description");
    job.state = need_name(table, "state", states);
    job.status = static_cast<int>(need_unsigned(table, "status", 255));
    job.refusal.error = entry_of(need<std::string>(table, "error")).error;
    job.refusal.message = need<std::string>(table, "message");
    job.breakage = {table["breakage"].value_or(std::string()),
                    table["breakage_line"].value_or(std::string())};
    job.cpu = table["cpu"].value_or(std::string());
    // Not there in records of frankends before.
    job.group = static_cast<int>(table["group"].value_or(std::int64_t{0}));
    job.calls = {static_cast<std::uint64_t>(table["native_calls"].value_or(std::int64_t{0})),
                 static_cast<std::uint64_t>(table["emulated_calls"].value_or(std::int64_t{0}))};
    job.has_terminal = need<bool>(table, "has_terminal");
    job.has_log = need<bool>(table, "has_log");
    job.started = need_unsigned(table, "started", longest);
    job.ended = need_unsigned(table, "ended", longest);
    return record;
}

} // namespace

std::string to_toml(const JobRecord &record) {
    const Job &job = record.job;
    const toml::table table{
        {"boot_id", record.boot_id},
        {"id", signed_of(job.id)},
        {"kind", to_text(job.kind)},
        {"session", job.session},
        {"owner", signed_of(job.owner)},
        {"description", job.description},
        {"state", to_text(job.state)},
        {"status", job.status},
        {"error", entry_of(job.refusal.error).dbus_name},
        {"message", job.refusal.message},
        {"breakage", job.breakage.name},
        {"breakage_line", job.breakage.line},
        {"cpu", job.cpu},
        {"group", job.group},
        {"native_calls", signed_of(job.calls.native)},
        {"emulated_calls", signed_of(job.calls.emulated)},
        {"has_terminal", job.has_terminal},
        {"has_log", job.has_log},
        {"started", signed_of(job.started)},
        {"ended", signed_of(job.ended)},
    };
    std::ostringstream text;
    text << toml::toml_formatter{table} << '\n';
    return text.str();
}

plan::Result<JobRecord> job_from_toml(std::string_view text) {
    try {
        return read(toml::parse(text));
    } catch (const std::exception &error) {
        return plan::refuse(Error::failed, error.what());
    }
}

} // namespace frank::session
