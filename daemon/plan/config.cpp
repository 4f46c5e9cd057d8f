#include "daemon/plan/config.hpp"

#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/printable.hpp"
#include "daemon/plan/toml_reader.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace frank::plan {

namespace {

constexpr std::size_t max_word = 64;
constexpr std::size_t max_url = 512;

/// mmdebstrap(1), "VARIANTS", without "extract" and "custom", whose result is no root that runs, and "-",
/// which is another name of "important".
constexpr std::array<std::string_view, 8> variants{"essential", "apt",       "required",    "minbase",
                                                   "buildd",    "important", "debootstrap", "standard"};

Result<void> read_limits(const toml::table &table, std::string_view origin, Config::Limits &limits) {
    TomlReader reader(table, origin, "limits", TomlReader::Missing::allowed);
    reader.integer("sessions", 1U, 1024U, limits.sessions);
    reader.integer("jobs", 1U, std::uint32_t{init_max_jobs}, limits.jobs);
    reader.integer("finished_jobs", 0U, 10'000U, limits.finished_jobs);
    reader.integer("pending_authorizations", 1U, 64U, limits.pending_authorizations);
    reader.integer("hang_seconds", 1U, 86'400U, limits.hang_seconds);
    reader.integer("log_bytes", std::uint64_t{4096}, std::uint64_t{1} << 30, limits.log_bytes);
    return reader.finish();
}

Result<void> read_defaults(const toml::table &table, std::string_view origin, Config::Defaults &defaults) {
    TomlReader reader(table, origin, "defaults", TomlReader::Missing::allowed);
    std::string network = "auto";
    reader.text("network", max_word, network);
    if (network == "auto")
        defaults.network = NetworkPolicy::automatic;
    else if (network == "host")
        defaults.network = NetworkPolicy::host;
    else if (network == "user")
        defaults.network = NetworkPolicy::user;
    else if (network == "none")
        defaults.network = NetworkPolicy::none;
    else
        reader.reject("network", "must be \"auto\", \"host\", \"user\" or \"none\"");

    std::string accel = "auto";
    reader.text("accel", max_word, accel);
    if (const auto wish = accel_wish(accel))
        defaults.accel = *wish;
    else
        reader.reject("accel", "must be \"auto\", \"on\" or \"off\"");

    std::string ccache = "shared";
    reader.text("ccache", max_word, ccache);
    if (const auto sharing = cache_sharing(ccache))
        defaults.ccache = *sharing;
    else
        reader.reject("ccache", "must be \"shared\", \"own\" or \"off\"");

    reader.text("debian_variant", max_word, defaults.debian_variant);
    if (!is_debian_variant(defaults.debian_variant)) {
        std::string list;
        for (const std::string_view variant : variants)
            list += (list.empty() ? "" : ", ") + std::string(variant);
        reader.reject("debian_variant", "must be one of " + list);
    }
    reader.text("debian_mirror", max_url, defaults.debian_mirror);
    if (!is_debian_mirror(defaults.debian_mirror))
        reader.reject("debian_mirror",
                      "must be the URL of a Debian archive: http://HOST/PATH or https://HOST/PATH");
    return reader.finish();
}

} // namespace

bool is_debian_variant(std::string_view text) { return std::ranges::find(variants, text) != variants.end(); }

bool is_debian_mirror(std::string_view text) {
    if (text.empty())
        return true;
    const std::size_t start = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
    return start != 0 && text.size() > start && text.size() <= max_url &&
           std::ranges::all_of(text.substr(start), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("-._~:/%").find(c) != std::string_view::npos;
           });
}

bool Config::operator==(const Config &other) const {
    const auto values = [](const Config &config) {
        return std::tie(config.limits.sessions, config.limits.jobs, config.limits.finished_jobs,
                        config.limits.pending_authorizations, config.limits.log_bytes,
                        config.limits.hang_seconds, config.defaults.network, config.defaults.accel,
                        config.defaults.ccache, config.defaults.debian_variant, config.defaults.debian_mirror,
                        config.host_binfmt);
    };
    return values(*this) == values(other);
}

Result<Config> parse_config(std::string_view text, std::string_view origin) {
    if (text.size() > max_config_bytes)
        return refuse(Error::invalid_argument, std::string(origin) + ": is " + std::to_string(text.size()) +
                                                   " bytes long; at most " +
                                                   std::to_string(max_config_bytes) + " are read");
    const Result<toml::table> root = parse_toml(text, origin);
    if (!root)
        return tl::unexpected<Refusal>(root.error());

    Config config;
    TomlReader reader(*root, origin, "", TomlReader::Missing::allowed);
    reader.boolean("host_binfmt", config.host_binfmt);
    Result<void> inner;
    if (const toml::table *limits = reader.table("limits"))
        inner = read_limits(*limits, origin, config.limits);
    if (const toml::table *defaults = reader.table("defaults"); defaults != nullptr && inner)
        inner = read_defaults(*defaults, origin, config.defaults);
    if (inner)
        inner = reader.finish();
    if (!inner)
        return tl::unexpected<Refusal>(inner.error());
    return config;
}

} // namespace frank::plan
