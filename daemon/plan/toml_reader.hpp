// Private to plan/: reads one table of a TOML text into checked values. The first thing that is wrong is kept
// and told with line and column; a key that nobody asked for is wrong too.
#pragma once

#include "daemon/plan/result.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace frank::plan {

/// toml++'s own exception becomes a Refusal here and goes no further.
Result<toml::table> parse_toml(std::string_view text, std::string_view origin);

class TomlReader {
  public:
    enum class Missing { allowed, refused };

    /// `name`: of the table, empty for the top level. All references must outlive the reader.
    TomlReader(const toml::table &table, std::string_view origin, std::string_view name, Missing missing)
        : table_(table), origin_(origin), name_(name), missing_(missing) {}

    /// Each leaves `out` as it was where the key is missing and may be.
    void integer(std::string_view key, std::uint64_t min, std::uint64_t max, std::uint64_t &out);
    void integer(std::string_view key, std::uint32_t min, std::uint32_t max, std::uint32_t &out);
    void boolean(std::string_view key, bool &out);
    void text(std::string_view key, std::size_t max_bytes, std::string &out);
    void texts(std::string_view key, std::size_t max_texts, std::size_t max_bytes,
               std::vector<std::string> &out);
    /// nullptr where it is missing.
    const toml::table *table(std::string_view key);

    /// For a value that was read and then found wrong: "KEY MESSAGE".
    void reject(std::string_view key, const std::string &message);
    /// After the last key: what was wrong first, if anything.
    Result<void> finish();

  private:
    const toml::node *take(std::string_view key);
    void fail(const toml::source_region &where, const std::string &message);
    std::string called(std::string_view key) const;

    const toml::table &table_;
    std::string_view origin_;
    std::string_view name_;
    Missing missing_;
    std::set<std::string, std::less<>> known_{};
    std::optional<Refusal> refusal_{};
};

} // namespace frank::plan
