#include "client/limit_spec.hpp"

#include "client/failure.hpp"
#include "client/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

namespace frank::client {

namespace {

enum class Unit { bytes, percent, count };

struct Resource {
    const char *name;
    Unit unit;
    const char *example;
};
constexpr std::array resources{
    Resource{"memory", Unit::bytes, "memory=2G"}, Resource{"cpu", Unit::percent, "cpu=150%"},
    Resource{"tasks", Unit::count, "tasks=500"}, Resource{"io", Unit::bytes, "io=20M"}};

/// What follows the number; 0: that cannot.
std::uint64_t factor_of(Unit unit, std::string_view suffix) {
    if (unit == Unit::percent)
        return suffix == "%" ? 1 : 0;
    if (suffix.empty())
        return 1;
    if (unit == Unit::count)
        return 0;
    constexpr std::string_view letters = "KMGT";
    const std::size_t power = letters.find(suffix.front());
    const std::string_view rest = suffix.substr(1);
    if (power == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "iB"))
        return 0;
    return std::uint64_t{1} << (10 * (power + 1));
}

/// Nothing where it is none, or too much to be counted.
std::optional<std::uint64_t> amount_of(Unit unit, std::string_view text) {
    if (text == "none")
        return 0;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number == 0) // "0" would be taken for nothing at all
        return std::nullopt;
    const auto length = static_cast<std::size_t>(end - text.data());
    const std::uint64_t factor = factor_of(unit, text.substr(length));
    if (factor == 0 || number > std::numeric_limits<std::uint64_t>::max() / factor)
        return std::nullopt;
    return number * factor;
}

} // namespace

Limits read_limits(const std::vector<std::string> &texts) {
    Limits limits;
    for (const std::string &text : texts) {
        const std::size_t equals = text.find('=');
        const std::string name = text.substr(0, equals);
        const auto *const known =
            std::ranges::find(resources, name, [](const Resource &each) { return std::string(each.name); });
        if (known == resources.end())
            throw Failure(
                "\"" + printable(text) +
                "\" is no limit: give memory=2G, cpu=150%, tasks=500 or io=20M, or none in place of "
                "the amount");
        const auto amount = equals == std::string::npos
                                ? std::nullopt
                                : amount_of(known->unit, std::string_view(text).substr(equals + 1));
        if (!amount)
            throw Failure("\"" + printable(text) + "\" is no limit: write it like " + known->example +
                          ", or " + name + "=none");
        limits[name] = *amount;
    }
    return limits;
}

std::string shown_bytes(std::uint64_t bytes) {
    constexpr std::array units{"bytes", "KiB", "MiB", "GiB", "TiB"};
    auto amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < units.size(); ++unit)
        amount /= 1024;
    std::array<char, 32> text{};
    const bool whole = amount == static_cast<double>(static_cast<std::uint64_t>(amount));
    (void)std::snprintf(text.data(), text.size(), whole ? "%.0f %s" : "%.1f %s", amount, units[unit]);
    return text.data();
}

std::string shown_amount(const std::string &resource, std::uint64_t amount) {
    if (resource == "memory")
        return shown_bytes(amount);
    if (resource == "io")
        return shown_bytes(amount) + "/s";
    return std::to_string(amount) + (resource == "cpu" ? "%" : "");
}

std::string describe(const Limits &limits) {
    std::string text;
    for (const Resource &resource : resources)
        if (const auto found = limits.find(resource.name); found != limits.end())
            text +=
                (text.empty() ? "" : ", ") + found->first + " " + shown_amount(found->first, found->second);
    return text;
}

} // namespace frank::client
