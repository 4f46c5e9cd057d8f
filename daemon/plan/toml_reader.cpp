#include "daemon/plan/toml_reader.hpp"

#include "daemon/plan/printable.hpp"

#include <limits>

namespace frank::plan {

namespace {

constexpr std::size_t shown_bytes = 64;

std::string at(std::string_view origin, const toml::source_position &position) {
    return std::string(origin) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) +
           ": ";
}

} // namespace

Result<toml::table> parse_toml(std::string_view text, std::string_view origin) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error &error) {
        return refuse(Error::invalid_argument,
                      at(origin, error.source().begin) + printable(error.description(), 200));
    }
}

std::string TomlReader::called(std::string_view key) const {
    const std::string quoted = "\"" + printable(key, shown_bytes) + "\"";
    return name_.empty() ? quoted : quoted + " in [" + std::string(name_) + "]";
}

void TomlReader::fail(const toml::source_region &where, const std::string &message) {
    if (!refusal_)
        refusal_ = Refusal{Error::invalid_argument, at(origin_, where.begin) + message};
}

const toml::node *TomlReader::take(std::string_view key) {
    known_.emplace(key);
    const toml::node *node = table_.get(key);
    if (node == nullptr && missing_ == Missing::refused)
        fail(table_.source(), called(key) + " is missing");
    return node;
}

void TomlReader::integer(std::string_view key, std::uint64_t min, std::uint64_t max, std::uint64_t &out) {
    const toml::node *node = take(key);
    if (node == nullptr)
        return;
    if (!node->is_integer())
        return fail(node->source(), called(key) + " must be a whole number");
    const std::int64_t value = node->as_integer()->get();
    if (value < 0 || static_cast<std::uint64_t>(value) < min || static_cast<std::uint64_t>(value) > max)
        return fail(node->source(), called(key) + " is " + std::to_string(value) + "; it must be from " +
                                        std::to_string(min) + " to " + std::to_string(max));
    out = static_cast<std::uint64_t>(value);
}

void TomlReader::integer(std::string_view key, std::uint32_t min, std::uint32_t max, std::uint32_t &out) {
    std::uint64_t wide = out;
    integer(key, std::uint64_t{min}, std::uint64_t{max}, wide);
    out = static_cast<std::uint32_t>(wide);
}

void TomlReader::boolean(std::string_view key, bool &out) {
    const toml::node *node = take(key);
    if (node == nullptr)
        return;
    if (!node->is_boolean())
        return fail(node->source(), called(key) + " must be true or false");
    out = node->as_boolean()->get();
}

void TomlReader::text(std::string_view key, std::size_t max_bytes, std::string &out) {
    const toml::node *node = take(key);
    if (node == nullptr)
        return;
    if (!node->is_string())
        return fail(node->source(), called(key) + " must be a text in quotes");
    const std::string &value = node->as_string()->get();
    if (value.size() > max_bytes)
        return fail(node->source(), called(key) + " is longer than " + std::to_string(max_bytes) + " bytes");
    out = value;
}

void TomlReader::texts(std::string_view key, std::size_t max_texts, std::size_t max_bytes,
                       std::vector<std::string> &out) {
    const toml::node *node = take(key);
    if (node == nullptr)
        return;
    const toml::array *list = node->as_array();
    if (list == nullptr)
        return fail(node->source(), called(key) + " must be a list of texts: [\"...\", \"...\"]");
    if (list->size() > max_texts)
        return fail(node->source(), called(key) + " has more than " + std::to_string(max_texts) + " texts");
    std::vector<std::string> texts;
    for (const toml::node &entry : *list) {
        if (!entry.is_string())
            return fail(entry.source(), called(key) + " must hold texts in quotes alone");
        texts.push_back(entry.as_string()->get());
        if (texts.back().size() > max_bytes)
            return fail(entry.source(),
                        called(key) + " has a text longer than " + std::to_string(max_bytes) + " bytes");
    }
    out = std::move(texts);
}

const toml::table *TomlReader::table(std::string_view key) {
    const toml::node *node = take(key);
    if (node == nullptr)
        return nullptr;
    if (!node->is_table())
        fail(node->source(), called(key) + " must be a table: write [" + std::string(key) + "]");
    return node->as_table();
}

void TomlReader::reject(std::string_view key, const std::string &message) {
    const toml::node *node = table_.get(key);
    fail(node == nullptr ? table_.source() : node->source(), called(key) + " " + message);
}

Result<void> TomlReader::finish() {
    for (const auto &[key, value] : table_)
        if (!known_.contains(key.str()))
            fail(key.source(), "unknown key " + called(key.str()));
    if (refusal_)
        return tl::unexpected<Refusal>(*refusal_);
    return {};
}

} // namespace frank::plan
