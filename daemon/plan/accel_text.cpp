// accel.toml and a twins' file: TOML that frankend alone writes.
#include "daemon/plan/accel.hpp"

#include "daemon/plan/printable.hpp"
#include "daemon/plan/toml_reader.hpp"

#include <limits>
#include <sstream>

namespace frank::plan {

namespace {

constexpr std::size_t max_tools = 512;
constexpr std::size_t max_text = 4096;
constexpr std::uint64_t max_number = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view digits = "0123456789abcdef";

bool is_digest(std::string_view text) {
    return text.empty() || (text.size() == 64 && text.find_first_not_of(digits) == std::string_view::npos);
}

std::string text_of(const toml::table &table) {
    std::ostringstream stream;
    stream << "# written by frankend, not to be edited\n" << toml::toml_formatter{table} << '\n';
    return stream.str();
}

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

toml::table table_of(const ToolVerdict &tool) {
    return toml::table{{"path", tool.path},
                       {"inode", number(tool.file.inode)},
                       {"size", number(tool.file.size)},
                       {"mtime", tool.file.mtime_seconds},
                       {"nanoseconds", number(tool.file.mtime_nanoseconds)},
                       {"good", tool.good},
                       {"reason", printable(tool.reason, max_text)},
                       {"emulated_us", number(tool.emulated_us)},
                       {"native_us", number(tool.native_us)},
                       {"runs", number(tool.runs)},
                       {"package", printable(tool.package, max_text)},
                       {"native_package", printable(tool.native_package, max_text)}};
}

Result<ToolVerdict> read_tool(const toml::table &table) {
    TomlReader reader(table, "accel.toml", "tool", TomlReader::Missing::refused);
    ToolVerdict tool;
    std::uint64_t mtime = 0;
    reader.text("path", max_text, tool.path);
    reader.integer("inode", std::uint64_t{0}, max_number, tool.file.inode);
    reader.integer("size", std::uint64_t{0}, max_number, tool.file.size);
    reader.integer("mtime", std::uint64_t{0}, max_number, mtime);
    reader.integer("nanoseconds", 0U, 999'999'999U, tool.file.mtime_nanoseconds);
    reader.boolean("good", tool.good);
    reader.text("reason", max_text, tool.reason);
    reader.integer("emulated_us", std::uint64_t{0}, max_number, tool.emulated_us);
    reader.integer("native_us", std::uint64_t{0}, max_number, tool.native_us);
    reader.integer("runs", std::uint64_t{0}, max_number, tool.runs);
    // Not there in files of frankends before.
    for (const auto &[key, value] :
         {std::pair{"package", &tool.package}, std::pair{"native_package", &tool.native_package}})
        if (table.contains(key))
            reader.text(key, max_text, *value);
    tool.file.mtime_seconds = static_cast<std::int64_t>(mtime);
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return tool;
}

/// Not there in files of frankends before.
Result<ToolClasses> read_classes(const toml::table &table) {
    std::vector<std::string> names;
    if (const toml::array *off = table["off"].as_array())
        for (const toml::node &name : *off)
            names.push_back(name.value_or(std::string()));
    return parse_tool_classes(names);
}

} // namespace

std::string to_toml(const Twins &twins) {
    toml::array tools;
    for (const std::string &tool : twins.tools)
        tools.push_back(tool);
    return text_of(toml::table{{"instance", to_text(twins.instance)},
                               {"digest", twins.digest},
                               {"suite", twins.suite},
                               {"arch", info(twins.arch).debian},
                               {"created", number(twins.created)},
                               {"tools", tools}});
}

Result<Twins> twins_from_toml(std::string_view text) {
    const auto table = parse_toml(text, "the file of twins");
    if (!table)
        return tl::unexpected(table.error());
    TomlReader reader(*table, "the file of twins", "", TomlReader::Missing::refused);
    Twins twins;
    std::string instance, arch;
    reader.text("instance", max_text, instance);
    reader.text("digest", max_text, twins.digest);
    reader.text("suite", max_text, twins.suite);
    reader.text("arch", max_text, arch);
    reader.integer("created", std::uint64_t{0}, max_number, twins.created);
    reader.texts("tools", max_tools, max_text, twins.tools);
    if (const auto named = instance_from_text(instance))
        twins.instance = *named;
    else
        reader.reject("instance", "must be 32 hexadecimal digits");
    if (!is_digest(twins.digest))
        reader.reject("digest", "must be 64 hexadecimal digits");
    if (const auto known = arch_by_debian_name(arch))
        twins.arch = *known;
    else
        reader.reject("arch", "is none that is known");
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return twins;
}

std::string to_toml(const AccelRecord &record) {
    toml::array tools;
    for (const ToolVerdict &tool : record.tools)
        tools.push_back(table_of(tool));
    toml::array off;
    for (const std::string &name : names_of(record.off))
        off.push_back(name);
    return text_of(toml::table{{"on", record.on},
                               {"off", off},
                               {"todo", record.todo},
                               {"suite", record.suite},
                               {"twins", record.twins},
                               {"tool", tools}});
}

Result<AccelRecord> accel_from_toml(std::string_view text) {
    const auto table = parse_toml(text, "accel.toml");
    if (!table)
        return tl::unexpected(table.error());
    AccelRecord record;
    const toml::node *on = table->get("on");
    const toml::node *twins = table->get("twins");
    const toml::array *tools = (*table)["tool"].as_array();
    if (on == nullptr || !on->is_boolean() || twins == nullptr || !twins->is_string() || tools == nullptr ||
        tools->size() > max_tools)
        return refuse(Error::failed, "accel.toml is not a file of frankend's");
    record.on = on->as_boolean()->get();
    record.twins = twins->as_string()->get();
    if (!is_digest(record.twins))
        return refuse(Error::failed, "accel.toml names twins by no digest");
    const auto off = read_classes(*table);
    if (!off)
        return tl::unexpected(off.error());
    record.off = *off;
    record.todo = (*table)["todo"].value_or(false);
    record.suite = (*table)["suite"].value_or(std::string());
    for (const toml::node &entry : *tools) {
        if (!entry.is_table())
            return refuse(Error::failed, "accel.toml has a tool that is none");
        const auto tool = read_tool(*entry.as_table());
        if (!tool)
            return tl::unexpected(tool.error());
        record.tools.push_back(*tool);
    }
    return record;
}

} // namespace frank::plan
