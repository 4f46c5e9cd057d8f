#include "daemon/plan/compiler_cache.hpp"

#include "daemon/plan/toml_reader.hpp"

#include <limits>
#include <sstream>

namespace frank::plan {

namespace {

constexpr std::size_t max_text = 64;

} // namespace

std::optional<CacheSharing> cache_sharing(std::string_view text) {
    if (text == "shared")
        return CacheSharing::shared;
    if (text == "own")
        return CacheSharing::own;
    if (text == "off")
        return CacheSharing::off;
    return std::nullopt;
}

CacheKey cache_key(std::uint32_t owner, Arch arch, const std::string &suite, const std::string &session,
                   CacheSharing sharing) {
    const bool together = sharing == CacheSharing::shared && !suite.empty();
    return {owner, arch, together ? suite : "", together ? "" : session};
}

bool CompilerCache::serves(std::uint32_t owner, Arch arch, const std::string &suite,
                           const std::string &session) const {
    return key == cache_key(owner, arch, suite, session, CacheSharing::shared) ||
           key == cache_key(owner, arch, suite, session, CacheSharing::own);
}

std::string to_toml(const CompilerCache &cache) {
    std::ostringstream stream;
    stream << "# written by frankend, not to be edited\n"
           << toml::toml_formatter{toml::table{{"instance", to_text(cache.instance)},
                                               {"owner", std::int64_t{cache.key.owner}},
                                               {"arch", info(cache.key.arch).debian},
                                               {"suite", cache.key.suite},
                                               {"session", cache.key.session}}}
           << '\n';
    return stream.str();
}

Result<CompilerCache> compiler_cache_from_toml(std::string_view text) {
    const auto table = parse_toml(text, "cache");
    if (!table)
        return tl::unexpected(table.error());
    TomlReader reader(*table, "cache", "", TomlReader::Missing::refused);
    CompilerCache cache;
    std::string instance, arch;
    reader.text("instance", max_text, instance);
    reader.integer("owner", 0U, std::numeric_limits<std::uint32_t>::max(), cache.key.owner);
    reader.text("arch", max_text, arch);
    reader.text("suite", max_text, cache.key.suite);
    reader.text("session", max_text, cache.key.session);
    if (const auto bytes = instance_from_text(instance))
        cache.instance = *bytes;
    else
        reader.reject("instance", "names no tree");
    if (const auto known = arch_by_debian_name(arch))
        cache.key.arch = *known;
    else
        reader.reject("arch", "is not known");
    if (const auto finished = reader.finish(); !finished)
        return tl::unexpected(finished.error());
    return cache;
}

} // namespace frank::plan
