#include "daemon/verify/outcome_compare.hpp"

#include <algorithm>

namespace frank::verify {

namespace {

constexpr std::size_t max_quoted = 80;

std::string line_around(std::string_view text, std::size_t at) {
    const std::size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1; // npos + 1 is 0
    return "\"" + std::string(text.substr(begin, std::min(text.find('\n', at), begin + max_quoted) - begin)) +
           "\"";
}

std::string compare_text(std::string_view emulated, std::string_view native, std::string_view name) {
    const auto [here, there] = std::mismatch(emulated.begin(), emulated.end(), native.begin(), native.end());
    if (here == emulated.end() && there == native.end())
        return "";
    const auto at = static_cast<std::size_t>(here - emulated.begin());
    return "the " + std::string(name) + " at line " +
           std::to_string(1 + std::count(emulated.begin(), here, '\n')) + ": " + line_around(emulated, at) +
           ", " + line_around(native, at) + " natively";
}

/// `gcc -dumpspecs` without what tells a cross compiler from another: that is what a twin is.
std::string without_cross(std::string_view specs) {
    constexpr std::string_view title = "*cross_compile:\n";
    const std::size_t at = specs.find(title);
    if (at == specs.npos)
        return std::string(specs);
    return std::string(specs.substr(0, at)) +
           std::string(specs.substr(std::min(at + title.size() + 1, specs.size())));
}

/// What cpp -v says of where it looks; a directory that is not there is not looked at.
std::string search_list(std::string_view messages) {
    std::string list;
    for (std::size_t at = 0; at < messages.size();) {
        const std::size_t end = std::min(messages.find('\n', at), messages.size());
        const std::string_view line = messages.substr(at, end - at);
        if (line.starts_with(' ') || line.starts_with("#include"))
            list += std::string(line) + '\n';
        at = end + 1;
    }
    return list;
}

} // namespace

std::string describe_crash(const Outcome &outcome, std::string_view how) {
    if (outcome.timed_out)
        return "does not come to its end " + std::string(how);
    if (outcome.signal != 0)
        return "dies of signal " + std::to_string(outcome.signal) + " " + std::string(how);
    return "";
}

std::string describe_end(const Outcome &outcome, std::string_view how) {
    std::string crash = describe_crash(outcome, how);
    if (!crash.empty() || outcome.status == 0)
        return crash;
    return "exits with " + std::to_string(outcome.status) + " " + std::string(how);
}

std::string compare_outcomes(const Outcome &emulated, const Outcome &native, Kind kind) {
    if (native.status != emulated.status)
        return "exits with " + std::to_string(native.status) + " natively, with " +
               std::to_string(emulated.status) + " emulated" +
               (native.messages.empty() ? "" : ": " + line_around(native.messages, 0));
    const bool specs = kind == Kind::specs, list = kind == Kind::search_list;
    const auto shown = [&](const std::string &text) { return specs ? without_cross(text) : text; };
    if (std::string why = compare_text(shown(emulated.output), shown(native.output), "output differs");
        !why.empty())
        return why;
    return list ? compare_text(search_list(emulated.messages), search_list(native.messages),
                               "list of searched directories differs")
                : compare_text(emulated.messages, native.messages, "messages differ");
}

} // namespace frank::verify
