// NAME.toml: one work-around, as frankend-workarounds(5) has it.
#include "daemon/plan/board.hpp"
#include "daemon/plan/breakage.hpp"
#include "daemon/plan/glibc.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/root_pattern.hpp"
#include "daemon/plan/toml_reader.hpp"
#include "daemon/plan/workaround.hpp"

#include <algorithm>
#include <array>

namespace frank::plan {

namespace {

constexpr std::size_t max_why = 200;
constexpr std::size_t max_advice = 300;
constexpr std::size_t max_breakages = 8;
constexpr std::size_t max_variables = 16;
constexpr std::size_t max_key = 64;
constexpr std::size_t max_value = 500;
constexpr std::size_t max_separator = 8;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 40;
constexpr std::uint64_t most_files = 1'048'576;     // the kernel's fs.nr_open, which none goes beyond
constexpr std::uint64_t most_processes = 4'194'304; // PID_MAX_LIMIT

/// frank-init sets these for the user that the job runs as.
constexpr std::array<std::string_view, 6> ours{"PATH", "HOME", "USER", "LOGNAME", "SHELL", "container"};

bool is_plain(std::string_view text) { return printable(text, 2 * text.size() + 8) == text; }

/// As the shell takes it.
bool is_variable(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
    return !text.empty() && text.size() <= max_key && letter(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

void check_patterns(TomlReader &reader, std::string_view key, const std::vector<std::string> &patterns) {
    for (const std::string &path : patterns)
        if (!is_root_pattern(path))
            reader.reject(key, "has \"" + printable(path, max_key) +
                                   "\", which is no absolute path: from \"/\", without .., and with * "
                                   "and ? in at most two of its parts");
}

Result<void> read_match(const toml::table &table, std::string_view origin, Workaround &workaround) {
    TomlReader reader(table, origin, "match", TomlReader::Missing::allowed);
    std::vector<std::string> arches;
    reader.texts("paths", max_workaround_paths, max_pattern_bytes, workaround.paths);
    reader.text("glibc", max_glibc_rule_bytes, workaround.glibc);
    reader.texts("arches", arch_table().size(), max_key, arches);
    if (!workaround.glibc.empty() && !parse_glibc_rule(workaround.glibc))
        reader.reject("glibc", "is \"" + printable(workaround.glibc, max_key) +
                                   "\"; it must be like \">= 2.41\" or \"< 2.34\"");
    if (workaround.paths.empty() && workaround.glibc.empty())
        reader.reject("paths", "must name at least one path of the root, or glibc its versions");
    check_patterns(reader, "paths", workaround.paths);
    for (const std::string &name : arches)
        if (const auto arch = arch_by_debian_name(name))
            workaround.arches.push_back(*arch);
        else
            reader.reject("arches", "has \"" + printable(name, max_key) + "\", which is no architecture");
    return reader.finish();
}

Result<void> read_environment(const toml::table &table, std::string_view origin, Workaround &workaround) {
    TomlReader reader(table, origin, "environment", TomlReader::Missing::allowed);
    for (const auto &[key, node] : table) {
        Setting setting{std::string(key.str()), {}};
        reader.text(setting.key, max_value, setting.value);
        if (!is_variable(setting.key))
            reader.reject(setting.key, "cannot be the name of a variable");
        // They choose which code runs, or whose: a tool's switches are data, these are not.
        if (std::ranges::find(ours, setting.key) != ours.end() || setting.key.starts_with("LD_"))
            reader.reject(setting.key, "is not for a work-around to set");
        if (!is_plain(setting.value))
            reader.reject(setting.key, "must not hold control characters");
        workaround.environment.push_back(std::move(setting));
    }
    if (workaround.environment.size() > max_variables)
        reader.reject(workaround.environment.back().key,
                      "is one too many: at most " + std::to_string(max_variables) + " variables");
    return reader.finish();
}

Result<void> read_separators(const toml::table &table, std::string_view origin, Workaround &workaround) {
    TomlReader reader(table, origin, "separators", TomlReader::Missing::allowed);
    for (const auto &[key, node] : table) {
        const std::string name(key.str());
        std::string separator;
        reader.text(name, max_separator, separator);
        if (separator.empty() || !is_plain(separator))
            reader.reject(name, "must be what lies between two words, such as \" \"");
        const auto setting = std::ranges::find(workaround.environment, name, &Setting::key);
        if (setting == workaround.environment.end())
            reader.reject(name, "is no variable of [environment]");
        else
            setting->separator = separator;
    }
    return reader.finish();
}

Result<void> read_limits(const toml::table &table, std::string_view origin, Workaround &workaround) {
    TomlReader reader(table, origin, "limits", TomlReader::Missing::allowed);
    constexpr std::uint64_t page = 4096;
    reader.integer("stack", 16 * page, most_bytes, workaround.limits.stack);
    reader.integer("nofile", std::uint64_t{64}, most_files, workaround.limits.nofile);
    reader.integer("nproc", std::uint64_t{16}, most_processes, workaround.limits.nproc);
    return reader.finish();
}

Result<void> read_routes(const toml::table &table, std::string_view origin, Workaround &workaround) {
    TomlReader reader(table, origin, "routes", TomlReader::Missing::allowed);
    reader.texts("emulated", max_workaround_paths, max_pattern_bytes, workaround.emulated);
    check_patterns(reader, "emulated", workaround.emulated);
    return reader.finish();
}

/// The keys above the first table.
void read_words(TomlReader &reader, Workaround &workaround) {
    reader.text("why", max_why, workaround.why);
    if (workaround.why.empty() || !is_plain(workaround.why))
        reader.reject("why", "must say what goes wrong without it, in one line");
    reader.text("advice", max_advice, workaround.advice);
    if (!is_plain(workaround.advice))
        reader.reject("advice", "must be one line");
    reader.texts("breakages", max_breakages, max_key, workaround.breakages);
    for (const std::string &name : workaround.breakages)
        if (!is_breakage_name(name))
            reader.reject("breakages",
                          "has \"" + printable(name, max_key) + "\"; there are: " + breakage_names());
    if (!workaround.breakages.empty() && workaround.advice.empty())
        reader.reject("breakages", "is of no use without advice");
}

using Read = Result<void> (*)(const toml::table &, std::string_view, Workaround &);
struct Table {
    std::string_view name;
    Read read;
};
/// In this order: separators are those of variables.
constexpr std::array<Table, 5> tables{Table{"match", read_match}, Table{"environment", read_environment},
                                      Table{"separators", read_separators}, Table{"limits", read_limits},
                                      Table{"routes", read_routes}};

} // namespace

Result<Workaround> parse_workaround(std::string_view name, std::string_view text, std::string_view origin) {
    if (!is_data_name(name))
        return refuse(Error::invalid_argument,
                      std::string(origin) +
                          ": a work-around is named by its file: a-z, 0-9 and '-', at most 32, and .toml");
    const Result<toml::table> root = parse_toml(text, origin);
    if (!root)
        return tl::unexpected<Refusal>(root.error());
    Workaround workaround;
    workaround.name = name;
    TomlReader reader(*root, origin, "", TomlReader::Missing::allowed);
    read_words(reader, workaround);
    Result<void> inner;
    for (const Table &table : tables)
        if (const toml::table *found = reader.table(table.name); found != nullptr && inner)
            inner = table.read(*found, origin, workaround);
    if (workaround.paths.empty() && workaround.glibc.empty())
        reader.reject("match", "must have paths or glibc");
    if (inner && workaround.sets().empty() && workaround.advice.empty())
        reader.reject("environment", "or [limits] or [routes] must set something, or it must have advice");
    if (inner)
        inner = reader.finish();
    if (!inner)
        return tl::unexpected<Refusal>(inner.error());
    return workaround;
}

} // namespace frank::plan
