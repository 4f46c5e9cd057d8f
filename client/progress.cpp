#include "client/progress.hpp"

#include "client/inventory.hpp"
#include "client/terminal.hpp"
#include "client/text.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

namespace frank::client {

using namespace std::chrono_literals;

namespace {

struct Scale {
    std::uint64_t divisor;
    std::string_view name;
};

Scale scale_of(std::uint64_t most, const std::string &unit) {
    if (unit != "bytes")
        return {1, unit};
    if (most >= (1ULL << 20U))
        return {1ULL << 20U, "MiB"};
    return {1ULL << 10U, "KiB"};
}

/// What a PropertiesChanged says of the progress, if it does.
std::optional<std::string> line_of(sdbus::Message &message) {
    std::string interface;
    std::map<std::string, sdbus::Variant> changed;
    message >> interface >> changed;
    const auto found = changed.find("Progress");
    if (found == changed.end())
        return std::nullopt;
    const auto news =
        found->second.get<sdbus::Struct<std::string, std::uint64_t, std::uint64_t, std::string>>();
    return progress_line(news.get<0>(), news.get<1>(), news.get<2>(), news.get<3>());
}

} // namespace

std::string progress_line(const std::string &what, std::uint64_t done, std::uint64_t total,
                          const std::string &unit) {
    const Scale scale = scale_of(std::max(done, total), unit);
    std::string line = what;
    if (done == 0 && total == 0)
        return line;
    line += "  " + std::to_string(done / scale.divisor);
    if (total > 0)
        line += "/" + std::to_string(total / scale.divisor);
    if (!scale.name.empty())
        line.append(" ").append(scale.name);
    if (total > 0 && done <= total)
        line += "  " +
                std::to_string(
                    static_cast<unsigned>(100.0 * static_cast<double>(done) / static_cast<double>(total))) +
                "%";
    return line;
}

Progress::Progress(DaemonLink &link, bool wanted)
    : link_(link), wanted_(wanted && is_terminal(STDERR_FILENO)) {
    // frankend sends news only to those who have asked for its objects once.
    if (wanted_)
        (void)take_inventory(link);
}

void Progress::follow(const std::string &path) {
    if (!wanted_)
        return;
    const std::string match = "type='signal',sender='" + std::string(contract::bus_name) + "',path='" + path +
                              "',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'";
    asked("frankend", [&] {
        news_ = contract::add_match(link_.connection(), match, [this](auto &&message) {
            try {
                if (const auto line = line_of(message))
                    draw(*line);
            } catch (
                const sdbus::Error &) { // not of the contract's form; and the library's C must not be unwound
            }
        });
    });
}

void Progress::draw(const std::string &line) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_)
        return;
    next_ = now + 100ms;
    const auto size = terminal_size();
    const std::size_t columns = size ? size->ws_col : 80;
    const std::string text = "\r" + clipped(printable(line), columns - 1) + "\033[K";
    (void)std::fwrite(text.data(), 1, text.size(), stderr);
    drawn_ = true;
}

void Progress::clear() {
    if (drawn_)
        (void)std::fputs("\r\033[K", stderr);
    drawn_ = false;
}

} // namespace frank::client
