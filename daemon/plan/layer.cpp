#include "daemon/plan/layer.hpp"

#include "daemon/plan/layer_text.hpp"
#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <limits>
#include <sstream>

namespace frank::plan {

namespace {

constexpr std::size_t max_tag = 64;
constexpr std::size_t instance_digits = 32;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void read_instance(TomlReader &reader, std::string_view key, Instance &instance) {
    std::string text;
    reader.text(key, instance_digits, text);
    const auto read = instance_from_text(text);
    if (read)
        instance = *read;
    else
        reader.reject(key, "names no tree");
}

Result<Snapshot> read_snapshot(const std::string &key, const toml::node &node) {
    const toml::table *table = node.as_table();
    if (!parse_tag(key) || table == nullptr)
        return refuse(Error::failed, "has one that is no snapshot");
    const std::string name = "layers.snapshots." + key;
    TomlReader reader(*table, "session.toml", name, TomlReader::Missing::refused);
    Snapshot snapshot;
    snapshot.tag = key;
    read_instance(reader, "instance", snapshot.instance);
    reader.integer("created", std::uint64_t{0}, std::uint64_t{std::numeric_limits<std::int64_t>::max()},
                   snapshot.created);
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return snapshot;
}

std::vector<Snapshot> read_snapshots(TomlReader &reader) {
    std::vector<Snapshot> snapshots;
    const toml::table *all = reader.table("snapshots");
    if (all == nullptr)
        return snapshots;
    for (const auto &[key, node] : *all) {
        auto snapshot = read_snapshot(std::string(key.str()), node);
        if (!snapshot || snapshots.size() >= max_snapshots) {
            reader.reject("snapshots", snapshot ? "are too many" : snapshot.error().message);
            break;
        }
        snapshots.push_back(std::move(*snapshot));
    }
    std::ranges::sort(snapshots, {}, &Snapshot::created);
    return snapshots;
}

} // namespace

const Snapshot *Layering::find(std::string_view tag) const {
    const auto found = std::ranges::find(snapshots, tag, &Snapshot::tag);
    return found == snapshots.end() ? nullptr : &*found;
}

bool Layering::any() const { return *this != Layering{}; }

Result<std::string> parse_tag(std::string_view text) {
    const auto allowed = [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; };
    if (text.empty() || text.size() > max_tag || !is_alphanumeric(text.front()) ||
        !std::ranges::all_of(text, allowed))
        return refuse(
            Error::invalid_argument,
            "\"" + printable(text, 80) +
                "\" cannot be a snapshot's name: use letters, digits, \".\", \"_\" and \"-\", a letter "
                "or digit first, at most 64");
    return std::string(text);
}

std::string to_toml(const Layer &layer) {
    std::ostringstream stream;
    stream << "# written by frankend, not to be edited\n"
           << toml::toml_formatter{toml::table{{"instance", to_text(layer.instance)},
                                               {"below", to_text(layer.below)}}}
           << '\n';
    return stream.str();
}

Result<Layer> layer_from_toml(std::string_view text) {
    const auto table = parse_toml(text, "layer");
    if (!table)
        return tl::unexpected(table.error());
    TomlReader reader(*table, "layer", "", TomlReader::Missing::refused);
    Layer layer;
    read_instance(reader, "instance", layer.instance);
    read_instance(reader, "below", layer.below);
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return layer;
}

toml::table to_table(const Layering &layering) {
    toml::table snapshots;
    for (const Snapshot &each : layering.snapshots)
        snapshots.insert(each.tag, toml::table{{"instance", to_text(each.instance)},
                                               {"created", static_cast<std::int64_t>(each.created)}});
    return toml::table{{"base", to_text(layering.base)},
                       {"untouched", layering.untouched},
                       {"throw_away", layering.throw_away},
                       {"snapshots", std::move(snapshots)}};
}

Layering read_layering(TomlReader &outer) {
    Layering layering;
    const toml::table *table = outer.table("layers");
    if (table == nullptr)
        return layering;
    TomlReader reader(*table, "session.toml", "layers", TomlReader::Missing::refused);
    read_instance(reader, "base", layering.base);
    reader.boolean("untouched", layering.untouched);
    reader.boolean("throw_away", layering.throw_away);
    layering.snapshots = read_snapshots(reader);
    if (const auto finished = reader.finish(); !finished)
        outer.reject("layers", finished.error().message);
    return layering;
}

} // namespace frank::plan
