#include "daemon/plan/accel.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <charconv>

namespace frank::plan {

namespace {

constexpr std::size_t max_reason = 160;

/// Takes what is before the next tabulator off `text`.
std::string_view next_field(std::string_view &text) {
    const std::size_t end = text.find('\t');
    const std::string_view field = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return field;
}

template <class Number> bool take_number(std::string_view &text, Number &value) {
    const std::string_view field = next_field(text);
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    return error == std::errc{} && end == field.data() + field.size() && !field.empty();
}

RouteEntry route(const TwinTool &tool, Arch arch, const FileIdentity &file, std::size_t number,
                 const Packages &packages = {}) {
    return {tool.guest,
            tool.native,
            file.device,
            file.inode,
            file.size,
            file.mtime_seconds,
            file.mtime_nanoseconds,
            rules_of(tool, arch, packages),
            static_cast<std::uint32_t>(number + 1)};
}

} // namespace

bool has_llvm(const Twins &twins) { return std::ranges::any_of(twins.tools, is_llvm); }

std::uint64_t ToolVerdict::saved_by_call() const {
    return runs == 0 || native_us > emulated_us ? 0 : (emulated_us - native_us) / runs;
}

void switch_on(AccelRecord &record, const ToolClasses &classes) {
    if (classes.empty())
        record.off.clear();
    else if (!record.on)
        record.off = all_tool_classes();
    for (const ToolClass each : classes)
        record.off.erase(each);
    record.on = true;
}

void switch_off(AccelRecord &record, const ToolClasses &classes) {
    record.off.insert(classes.begin(), classes.end());
    if (classes.empty() || record.off == all_tool_classes())
        record.on = false;
    if (!record.on) {
        record.off.clear();
        record.todo = false;
    }
}

std::vector<std::string> surveyed_paths(const AccelRecord &record, Arch arch) {
    std::vector<std::string> paths;
    for (const ToolVerdict &each : record.tools)
        if (auto known = tool_of(each.path, arch))
            paths.push_back(std::move(known->guest));
    for (UnprovenTool &each : unproven_tools(arch))
        paths.push_back(std::move(each.guest));
    return paths;
}

void take_survey_line(std::string_view line, Survey &survey) {
    FileIdentity file;
    if (next_field(line) != "file")
        return;
    const std::string path(next_field(line));
    if (take_number(line, file.device) && take_number(line, file.inode) && take_number(line, file.size) &&
        take_number(line, file.mtime_seconds) && take_number(line, file.mtime_nanoseconds))
        survey[path] = file;
}

bool take_verdict_line(std::string_view line, Arch arch, const Survey &survey, AccelRecord &record) {
    const std::string_view verb = next_field(line);
    if (verb != "ok" && verb != "no")
        return false;
    const std::string guest(next_field(line));
    const auto found = std::ranges::find_if(record.tools, [&](const ToolVerdict &tool) {
        const auto known = tool_of(tool.path, arch);
        return known && known->guest == guest;
    });
    const auto file = survey.find(guest);
    if (found == record.tools.end() || file == survey.end())
        return false;
    found->file = file->second;
    found->good = verb == "ok" && take_number(line, found->emulated_us) &&
                  take_number(line, found->native_us) && take_number(line, found->runs);
    found->package = found->good ? printable(next_field(line), max_reason) : "";
    found->native_package = found->good ? printable(next_field(line), max_reason) : "";
    found->reason = found->good ? "" : printable(verb == "no" ? line : "no verdict", max_reason);
    return true;
}

std::string kept_emulated(const Chosen &workarounds, std::string_view path) {
    const Workaround *keeper = keeper_of(workarounds, path);
    return keeper == nullptr ? "" : "work-around " + keeper->name + ": " + keeper->why;
}

std::vector<RouteEntry> candidate_routes(const Twins &twins, const Survey &survey, const Chosen &workarounds,
                                         const ToolClasses &off) {
    std::vector<RouteEntry> routes;
    for (std::size_t i = 0; i < twins.tools.size(); ++i)
        if (const auto tool = tool_of(twins.tools[i], twins.arch);
            tool && !off.contains(tool->tool_class) && keeper_of(workarounds, tool->guest) == nullptr)
            if (const auto file = survey.find(tool->guest); file != survey.end())
                routes.push_back(route(*tool, twins.arch, file->second, i));
    return routes;
}

std::vector<RouteEntry> verified_routes(const AccelRecord &record, Arch arch, const Survey &survey,
                                        const Chosen &workarounds) {
    std::vector<RouteEntry> routes;
    for (std::size_t i = 0; i < record.tools.size(); ++i) {
        const ToolVerdict &verdict = record.tools[i];
        const auto tool = tool_of(verdict.path, arch);
        if (!tool || !verdict.good || record.off.contains(tool->tool_class) ||
            keeper_of(workarounds, tool->guest) != nullptr)
            continue;
        if (const auto file = survey.find(tool->guest);
            file != survey.end() && verdict.file.same_file(file->second))
            routes.push_back(route(*tool, arch, file->second, i, {verdict.package, verdict.native_package}));
    }
    return routes;
}

} // namespace frank::plan
