#include "client/output.hpp"

#include "client/failure.hpp"
#include "client/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <pwd.h>

namespace frank::client {

namespace {

void write(const std::string &text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw system_failure("cannot write to standard output");
}

} // namespace

void print_line(std::string_view line) { write(printable(line) + "\n"); }

void print_json(const nlohmann::ordered_json &value) {
    // As ASCII, the control characters beyond it are escaped as well.
    write(value.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

void complain(std::string_view line) {
    const std::string text = "frankctl: " + printable(line) + "\n";
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

void Table::add(const std::vector<std::string> &row) {
    std::vector<std::string> cells;
    cells.reserve(row.size());
    for (const std::string &cell : row)
        cells.push_back(cell.empty() ? "-" : printable(cell));
    rows_.push_back(std::move(cells));
}

void Table::print() const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto &row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    std::string text;
    for (const auto &row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += row[i];
            if (i + 1 < row.size())
                text.append(widths[i] - width(row[i]) + 2, ' ');
        }
        text += '\n';
    }
    write(text);
}

std::string shown_time(std::uint64_t microseconds_since_1970) {
    if (microseconds_since_1970 == 0)
        return "-";
    const auto seconds = static_cast<std::time_t>(microseconds_since_1970 / 1'000'000);
    std::tm local{};
    std::array<char, 32> text{};
    if (localtime_r(&seconds, &local) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local) == 0)
        return "-";
    return text.data();
}

std::string shown_user(std::uint32_t uid) {
    std::array<char, 4096> strings{};
    passwd entry{};
    passwd *found = nullptr;
    if (getpwuid_r(uid, &entry, strings.data(), strings.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return std::to_string(uid);
}

} // namespace frank::client
