#include "daemon/session/catalogue.hpp"

#include "daemon/session/state_files.hpp"
#include "daemon/sys/file.hpp"

#include <functional>

namespace frank::session {

namespace {

constexpr std::string_view suffix = ".toml";

using Take =
    std::function<plan::Result<void>(std::string_view name, std::string_view text, const std::string &path)>;

/// Calls `take` for every NAME.toml in it. What is hidden or ends otherwise (an editor's copy, a README) is
/// none of ours.
void read_all(const std::string &directory, std::vector<std::string> &problems, const Take &take) {
    try {
        const std::vector<std::string> names = names_in(directory);
        if (names.empty())
            return;
        const sys::Fd opened = open_directory(directory);
        for (const std::string &file : names) {
            if (!file.ends_with(suffix) || file.front() == '.')
                continue;
            const std::string path = std::string(directory).append("/").append(file);
            try {
                const auto text = sys::read_file(opened.get(), file.c_str(), plan::max_board_file_bytes);
                const auto name = std::string_view(file).substr(0, file.size() - suffix.size());
                if (const auto taken = take(name, text.value_or(""), path); !taken)
                    problems.push_back(taken.error().message);
            } catch (const std::system_error &error) {
                problems.push_back(path + ": " + error.code().message());
            }
        }
    } catch (const std::system_error &error) {
        problems.push_back(directory + ": " + error.code().message());
    }
}

} // namespace

Catalogue load_catalogue(const std::string &shipped, const std::string &own) {
    Catalogue catalogue;
    const Take board = [&](std::string_view name, std::string_view text,
                           const std::string &path) -> plan::Result<void> {
        auto parsed = plan::parse_board(name, text, path);
        if (!parsed)
            return tl::unexpected(parsed.error());
        catalogue.boards.add(std::move(*parsed));
        return {};
    };
    const Take workaround = [&](std::string_view name, std::string_view text,
                                const std::string &path) -> plan::Result<void> {
        auto parsed = plan::parse_workaround(name, text, path);
        if (!parsed)
            return tl::unexpected(parsed.error());
        if (!catalogue.workarounds.add(std::move(*parsed)))
            return plan::refuse(Error::limit_exceeded, path + ": more than " +
                                                           std::to_string(plan::max_workarounds) +
                                                           " work-arounds");
        return {};
    };
    for (const std::string &directory : {shipped, own}) {
        read_all(directory + "/boards.d", catalogue.problems, board);
        read_all(directory + "/workarounds.d", catalogue.problems, workaround);
    }
    return catalogue;
}

} // namespace frank::session
