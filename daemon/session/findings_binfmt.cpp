#include "daemon/session/findings.hpp"

#include "daemon/plan/spawn_request.hpp"
#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

namespace frank::session {

namespace {

constexpr std::size_t max_entry = 4096;
constexpr std::size_t shown = 64;

} // namespace

std::string_view binfmt_flags(std::string_view entry) {
    constexpr std::string_view key = "\nflags:";
    const std::size_t at = entry.find(key);
    if (at == std::string_view::npos)
        return {};
    entry.remove_prefix(at + key.size());
    entry = entry.substr(0, entry.find('\n'));
    entry.remove_prefix(std::min(entry.size(), entry.find_first_not_of(' ')));
    return entry;
}

std::vector<Finding> binfmt_findings(const std::string &directory) {
    std::vector<Finding> findings;
    std::size_t entries = 0;
    try {
        for (const std::string &name : names_in(directory)) {
            if (name == "register" || name == "status")
                continue;
            ++entries;
            const auto text =
                sys::read_file(open_directory(directory).get(), name.c_str(), max_entry).value_or("");
            if (binfmt_flags(text).find('C') == std::string_view::npos)
                continue;
            const std::string printable = plan::printable(name, shown);
            findings.push_back(
                warning("host binfmt table",
                        printable + " has flag C: any setuid file of a foreign root is root's here",
                        "no session needs it: remove that registration, or its flag C"));
        }
    } catch (const std::exception &) {
        return {}; // not mounted, or hidden from a sandboxed service; sessions have tables of their own
    }
    if (findings.empty() && entries > 0)
        findings.push_back(ok("host binfmt table", std::to_string(entries) + " entries, none with flag C"));
    return findings;
}

} // namespace frank::session
