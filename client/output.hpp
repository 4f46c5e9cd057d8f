// What frankctl prints of its own: lines, tables and JSON, all free of control characters. Not a job's
// output.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace frank::client {

/// One line on standard output, made printable. Failure where it cannot be written.
void print_line(std::string_view line);
void print_json(const nlohmann::ordered_json &value);
/// One line on standard error, made printable, behind "frankctl: ".
void complain(std::string_view line);

/// Columns as wide as their widest cell.
class Table {
  public:
    explicit Table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    void add(const std::vector<std::string> &row);
    void print() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

/// Local time, or "-" for 0.
std::string shown_time(std::uint64_t microseconds_since_1970);
/// The user's name on this machine, or the number.
std::string shown_user(std::uint32_t uid);

} // namespace frank::client
