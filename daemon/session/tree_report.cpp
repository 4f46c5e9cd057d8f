#include "daemon/session/tree_report.hpp"

#include "daemon/plan/board.hpp"
#include "daemon/plan/session_settings.hpp"
#include "daemon/plan/spawn_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace frank::session {

namespace {

constexpr std::size_t max_stage = 60;
constexpr std::size_t max_os_name = 120;
constexpr std::size_t max_message = 300;
constexpr std::size_t max_twins = 512;
constexpr std::array<std::string_view, 3> units{"bytes", "packages", "files"};

/// Takes the next word off `text`.
std::string_view next_word(std::string_view &text) {
    const std::size_t end = text.find(' ');
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return word;
}

bool number(std::string_view text, std::uint64_t &value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

Error error_of(int exit_status) {
    switch (exit_status) {
    case 10:
        return Error::bad_image;
    case 11:
        return Error::no_space;
    case 12:
        return Error::limit_exceeded;
    case 13:
        return Error::unavailable;
    case 14:
        return Error::busy;
    case 15:
        return Error::no_emulator;
    case 16:
        return Error::invalid_argument;
    default:
        return Error::failed;
    }
}

} // namespace

void TreeReport::take_output(std::string_view line) {
    const std::string_view verb = next_word(line);
    if (verb == "progress") {
        const std::string_view unit = next_word(line);
        std::uint64_t done = 0, total = 0;
        if (std::ranges::find(units, unit) == units.end() || !number(next_word(line), done) ||
            !number(line, total))
            return;
        progress_.unit = unit;
        progress_.done = done;
        progress_.total = total;
    } else if (verb == "stage") {
        progress_ = Progress{plan::printable(line, max_stage), 0, 0, ""};
    } else if (verb == "arch") {
        arch_ = plan::arch_by_debian_name(line).value_or(plan::Arch::none);
    } else if (verb == "extra") {
        extra_arches_.insert(plan::arch_by_debian_name(line).value_or(plan::Arch::none));
    } else if (verb == "os") {
        os_name_ = plan::printable(line, max_os_name);
    } else if (verb == "suite") {
        suite_ = plan::is_debian_suite(line) ? line : "";
    } else if (verb == "llvm") {
        llvm_ = line == "there";
    } else if (verb == "digest") {
        digest_ = line.size() == 64 && line.find_first_not_of("0123456789abcdef") == std::string_view::npos
                      ? line
                      : "";
    } else if (verb == "twin") {
        if (twins_.size() < max_twins)
            twins_.push_back(plan::printable(line, max_os_name));
    } else if (verb == "storage") {
        std::uint64_t bits = 0;
        if (number(next_word(line), bits) && bits <= 3) {
            storage_.wide = plan::WideNumbers::from_bits(static_cast<std::int32_t>(bits));
            storage_.file_system = plan::is_data_name(line) ? line : "";
        }
    } else if (verb == "memory") {
        Memory memory;
        if (number(next_word(line), memory.lowest_address) && number(line, memory.overcommit))
            memory_ = memory;
    } else if (verb == "version") {
        version_ = plan::printable(line, max_os_name);
    }
}

void TreeReport::take_error(std::string_view line) {
    constexpr std::string_view prefix = "frank-tree: ";
    if (line.starts_with(prefix))
        line.remove_prefix(prefix.size());
    if (!line.empty())
        last_error_ = plan::printable(line, max_message);
}

plan::Result<void> TreeReport::outcome(int exit_status) const {
    if (exit_status == 0)
        return {};
    return plan::refuse(error_of(exit_status), last_error_.empty()
                                                   ? "frank-tree ended with status " +
                                                         std::to_string(exit_status) + " and said nothing"
                                                   : last_error_);
}

} // namespace frank::session
