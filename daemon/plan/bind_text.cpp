#include "daemon/plan/bind_text.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <limits>

namespace frank::plan {

namespace {

constexpr std::size_t max_text = 4096;

Result<Bind> read_bind(const std::string &key, const toml::node &node) {
    const auto instance = instance_from_text(key);
    const toml::table *table = node.as_table();
    if (!instance || table == nullptr)
        return refuse(Error::failed, "has one that is no directory's");
    Bind bind;
    bind.instance = *instance;
    const std::string name = "binds." + key;
    TomlReader reader(*table, "session.toml", name, TomlReader::Missing::refused);
    reader.text("source", max_text, bind.source);
    reader.text("target", max_bind_target, bind.target);
    reader.integer("owner", 0U, std::numeric_limits<std::uint32_t>::max(), bind.owner);
    reader.boolean("writable", bind.writable);
    reader.boolean("settled", bind.settled);
    if (const auto target = parse_bind_target(bind.target); !target || *target != bind.target)
        reader.reject("target", "is no place for a directory");
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return bind;
}

} // namespace

toml::table to_table(const std::vector<Bind> &binds) {
    toml::table all;
    for (const Bind &bind : binds)
        all.insert(to_text(bind.instance), toml::table{{"source", printable(bind.source, max_text)},
                                                       {"target", bind.target},
                                                       {"owner", bind.owner},
                                                       {"writable", bind.writable},
                                                       {"settled", bind.settled}});
    return all;
}

std::vector<Bind> read_binds(TomlReader &reader) {
    std::vector<Bind> binds;
    const toml::table *all = reader.table("binds");
    if (all == nullptr)
        return binds;
    for (const auto &[key, node] : *all) {
        auto bind = read_bind(std::string(key.str()), node);
        const auto fits = bind ? check_new_bind(binds, bind->target) : tl::unexpected(bind.error());
        if (!fits) {
            reader.reject("binds", fits.error().message);
            break;
        }
        binds.push_back(std::move(*bind));
    }
    std::ranges::sort(binds, {}, &Bind::target);
    return binds;
}

} // namespace frank::plan
