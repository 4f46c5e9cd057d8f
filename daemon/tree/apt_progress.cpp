#include "daemon/tree/apt_progress.hpp"

#include "daemon/plan/printable.hpp"

#include <charconv>

namespace frank::tree {

namespace {

constexpr std::size_t max_shown = 300;

/// The number before `after`, or 0: 69 in "0 upgraded, 69 newly installed, ..." for " newly installed".
std::uint64_t number_before(std::string_view line, std::string_view after) {
    const std::size_t end = line.find(after);
    if (end == std::string_view::npos)
        return 0;
    const std::size_t space = line.rfind(' ', end - 1);
    const std::size_t start = space == std::string_view::npos ? 0 : space + 1;
    std::uint32_t number = 0; // that no sum of a few of them overflows 64 bits
    const auto result = std::from_chars(line.data() + start, line.data() + end, number);
    return result.ec == std::errc{} && result.ptr == line.data() + end ? number : 0;
}

} // namespace

AptProgress::News AptProgress::take(std::string_view line) {
    if (line.find("No space left on device") != std::string_view::npos)
        out_of_space_ = true;
    if (error_.empty() && line.starts_with("E: "))
        error_ = plan::printable(line.substr(3), max_shown);
    if (line.starts_with("I: ")) {
        std::string_view text = line.substr(3);
        while (text.ends_with('.'))
            text.remove_suffix(1);
        stage_ = plan::printable(text, max_shown);
        return News::stage;
    }
    if (line.starts_with("Setting up ")) {
        ++done_;
        return News::packages;
    }
    if (const std::uint64_t more = number_before(line, " newly installed"); more != 0) {
        total_ += more;
        return News::packages;
    }
    return News::none;
}

} // namespace frank::tree
