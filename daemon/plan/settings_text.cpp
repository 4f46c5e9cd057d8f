// session.toml: a first line that says whose file it is, TOML, and a last line with the CRC-32 of all before
// it, so that a torn or edited file is found.
#include "daemon/plan/session_settings.hpp"

#include "daemon/plan/bind_text.hpp"
#include "daemon/plan/board.hpp"
#include "daemon/plan/layer_text.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/toml_reader.hpp"
#include "daemon/plan/workaround.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

namespace frank::plan {

namespace {

constexpr std::uint32_t schema = 1;
constexpr std::string_view first_line = "# frankend session: written by frankend, not to be edited\n";
constexpr std::string_view crc_mark = "# crc32 ";
constexpr std::size_t crc_line_bytes = crc_mark.size() + 8 + 1;
constexpr std::size_t max_settings_bytes = std::size_t{64} * 1024;
constexpr std::size_t max_text = 4096;
constexpr std::string_view origin = "session.toml";
constexpr std::string_view digits = "0123456789abcdef";

/// CRC-32 as in IEEE 802.3 and gzip.
std::uint32_t crc32(std::string_view text) {
    std::uint32_t crc = ~0U;
    for (const char c : text) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

std::string crc_line(std::string_view text) {
    std::string line(crc_mark);
    const std::uint32_t crc = crc32(text);
    for (unsigned shift = 32; shift != 0; shift -= 4)
        line += digits[crc >> (shift - 4) & 15U];
    return line + '\n';
}

std::string_view to_text(DiskIds ids) {
    switch (ids) {
    case DiskIds::foreign:
        return "foreign";
    case DiskIds::plain:
        return "plain";
    case DiskIds::owner:
        return "owner";
    }
    return "unknown";
}

std::optional<DiskIds> disk_ids_from_text(std::string_view text) {
    for (const DiskIds ids : {DiskIds::foreign, DiskIds::plain, DiskIds::owner})
        if (text == to_text(ids))
            return ids;
    return std::nullopt;
}

bool is_id_base(std::uint32_t base) {
    return base == 0 || (base % id_range_size == 0 && base >= id_base_min && base <= id_base_max);
}

/// "armhf i386", in the order of the table.
std::string names_of(const ArchSet &arches) {
    std::string text;
    for (const ArchInfo &entry : arch_table())
        if (arches.contains(entry.arch))
            text += (text.empty() ? "" : " ") + std::string(entry.debian);
    return text;
}

std::optional<ArchSet> arches_from_names(std::string_view text) {
    ArchSet arches;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        const auto arch = arch_by_debian_name(text.substr(0, end));
        if (!arch)
            return std::nullopt;
        arches.insert(*arch);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return arches;
}

void read_names(TomlReader &reader, const toml::table &table, std::string_view key,
                std::vector<std::string> &names) {
    if (!table.contains(key)) // written only where there are some
        return;
    reader.texts(key, max_workarounds, max_text, names);
    if (!std::ranges::all_of(names, is_data_name))
        reader.reject(key, "has one that is no work-around's name");
}

toml::array array_of(const std::vector<std::string> &names) {
    toml::array array;
    for (const std::string &name : names)
        array.push_back(name);
    return array;
}

ResourceLimits read_limits(TomlReader &reader, const toml::table &table) {
    ResourceLimits limits;
    const toml::table *given = table.contains("limits") ? reader.table("limits") : nullptr;
    if (given == nullptr) // written only where there are some
        return limits;
    TomlReader inner(*given, origin, "limits", TomlReader::Missing::allowed);
    for (const Resource resource : all_resources)
        inner.integer(to_text(resource), std::uint64_t{0},
                      std::uint64_t{std::numeric_limits<std::int64_t>::max()}, limits.of(resource));
    if (const auto read = inner.finish().and_then([&] { return check(limits); }); !read)
        reader.reject("limits", read.error().message);
    return limits;
}

toml::table to_table(const ResourceLimits &limits) {
    toml::table table;
    for (const auto &[name, most] : to_map(limits))
        table.insert(name, static_cast<std::int64_t>(most));
    return table;
}

/// Whole, ours and untorn; what is between the first and the last line.
Result<void> check_frame(std::string_view text) {
    const std::string name(origin);
    if (text.size() > max_settings_bytes)
        return refuse(Error::failed, name + " is too long to be a file of frankend's");
    if (!text.starts_with(first_line))
        return refuse(Error::failed, name + " is not a file of frankend's");
    if (text.size() < first_line.size() + crc_line_bytes ||
        text.substr(text.size() - crc_line_bytes) != crc_line(text.substr(0, text.size() - crc_line_bytes)))
        return refuse(Error::failed,
                      name + " is damaged: its checksum is missing or wrong; destroy the session, or "
                             "put back a copy of the file");
    return {};
}

/// The keys of a file of our own schema. What they say is as checked as if it came from outside.
Result<SessionSettings> read_settings(const toml::table &table) {
    TomlReader reader(table, origin, "", TomlReader::Missing::refused);
    std::uint32_t version = 0;
    std::string name_text, kind_text, instance_text, ids_text, arch_text, cpu, source, os_name, board;
    std::uint32_t owner = 0, id_base = 0;
    std::uint64_t created = 0;
    bool complete = false, doomed = false;
    reader.integer("schema", schema, schema, version);
    reader.text("name", max_text, name_text);
    reader.text("kind", max_text, kind_text);
    reader.text("instance", max_text, instance_text);
    reader.integer("owner", 0U, std::numeric_limits<std::uint32_t>::max(), owner);
    reader.integer("id_base", 0U, id_base_max, id_base);
    reader.text("disk_ids", max_text, ids_text);
    reader.text("arch", max_text, arch_text);
    reader.text("cpu", max_text, cpu);
    reader.text("source", max_text, source);
    reader.text("os_name", max_text, os_name);
    reader.integer("created", std::uint64_t{0}, std::uint64_t{std::numeric_limits<std::int64_t>::max()},
                   created);
    reader.boolean("complete", complete);
    reader.boolean("doomed", doomed);
    std::string emulator; // newer than schema 1's first files
    if (table.contains("emulator"))
        reader.text("emulator", max_text, emulator);
    std::string extra_text;
    if (table.contains("extra_arches")) // written only where there are some
        reader.text("extra_arches", max_text, extra_text);
    if (table.contains("board"))
        reader.text("board", max_text, board);
    std::vector<std::string> workarounds, workarounds_off;
    read_names(reader, table, "workarounds", workarounds);
    read_names(reader, table, "workarounds_off", workarounds_off);
    std::uint32_t wide = 0;
    std::string file_system;
    if (table.contains("wide_numbers")) {
        reader.integer("wide_numbers", 0U, 3U, wide);
        reader.text("file_system", max_text, file_system);
        if (!file_system.empty() && !is_data_name(file_system))
            reader.reject("file_system", "is no file system's name");
    }

    std::vector<Bind> binds;
    if (table.contains("binds"))
        binds = read_binds(reader);

    const ResourceLimits limits = read_limits(reader, table);
    const Layering layers = table.contains("layers") ? read_layering(reader) : Layering{};

    const auto name = SessionName::parse_any(name_text);
    const auto kind = root_kind_from_text(kind_text);
    const auto ids = disk_ids_from_text(ids_text);
    const auto arch = arch_text.empty() ? std::optional(Arch::none) : arch_by_debian_name(arch_text);
    const auto extra = arches_from_names(extra_text);
    const auto instance = instance_from_text(instance_text);
    if (!name)
        reader.reject("name", "is no session's name");
    if (!kind)
        reader.reject("kind", "is none that is known");
    if (!instance)
        reader.reject("instance", "must be 32 hexadecimal digits");
    if (!is_id_base(id_base))
        reader.reject("id_base", "is not the start of a range for sessions");
    if (!ids)
        reader.reject("disk_ids", "is none that is known");
    if (!arch)
        reader.reject("arch", "is none that is known");
    if (!extra)
        reader.reject("extra_arches", "has one that is not known");
    if (!board.empty() && !is_data_name(board))
        reader.reject("board", "is no board's name");
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected<Refusal>(finished.error());
    SessionSettings settings{*name, *kind,  *instance, owner,   id_base,  *ids,   *arch,
                             cpu,   source, os_name,   created, complete, doomed, emulator};
    settings.extra_arches = *extra;
    settings.board = board;
    settings.binds = std::move(binds);
    settings.limits = limits;
    settings.layers = layers;
    settings.workarounds = std::move(workarounds);
    settings.workarounds_off = std::move(workarounds_off);
    settings.storage = {WideNumbers::from_bits(static_cast<std::int32_t>(wide)), file_system};
    return settings;
}

} // namespace

std::string to_toml(const SessionSettings &settings) {
    const std::string_view arch = settings.arch == Arch::none ? "" : info(settings.arch).debian;
    // Texts are made valid UTF-8 first: TOML can hold nothing else.
    toml::table table{
        {"schema", schema},
        {"name", settings.name.str()},
        {"kind", to_text(settings.kind)},
        {"instance", to_text(settings.instance)},
        {"owner", settings.owner},
        {"id_base", settings.id_base},
        {"disk_ids", to_text(settings.disk_ids)},
        {"arch", arch},
        {"cpu", printable(settings.cpu, max_text)},
        {"source", printable(settings.source, max_text)},
        {"os_name", printable(settings.os_name, max_text)},
        {"created", static_cast<std::int64_t>(settings.created)},
        {"complete", settings.complete},
        {"doomed", settings.doomed},
    };
    if (!settings.emulator.empty())
        table.insert("emulator", printable(settings.emulator, max_text));
    if (!settings.extra_arches.empty())
        table.insert("extra_arches", names_of(settings.extra_arches));
    if (!settings.board.empty())
        table.insert("board", settings.board);
    if (!settings.workarounds.empty())
        table.insert("workarounds", array_of(settings.workarounds));
    if (!settings.workarounds_off.empty())
        table.insert("workarounds_off", array_of(settings.workarounds_off));
    if (!settings.binds.empty())
        table.insert("binds", to_table(settings.binds));
    if (settings.limits.any())
        table.insert("limits", to_table(settings.limits));
    if (settings.layers.any())
        table.insert("layers", to_table(settings.layers));
    if (settings.storage.wide.any()) {
        table.insert("wide_numbers", settings.storage.wide.bits());
        table.insert("file_system", settings.storage.file_system);
    }
    std::ostringstream stream;
    stream << first_line << toml::toml_formatter{table} << '\n';
    const std::string text = stream.str();
    return text + crc_line(text);
}

Result<SessionSettings> settings_from_toml(std::string_view text) {
    if (const auto frame = check_frame(text); !frame)
        return tl::unexpected<Refusal>(frame.error());
    const auto table = parse_toml(text, origin);
    if (!table)
        return tl::unexpected<Refusal>(table.error());
    if (const auto version = (*table)["schema"].value<std::int64_t>(); version && *version > schema)
        return refuse(Error::failed, std::string(origin) + " was written by a newer frankend (schema " +
                                         std::to_string(*version) + "; this one knows " +
                                         std::to_string(schema) + "): update frankend");
    return read_settings(*table);
}

} // namespace frank::plan
