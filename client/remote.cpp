#include "client/remote.hpp"

#include "client/failure.hpp"
#include "client/text.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <unistd.h>

namespace frank::client {

namespace {

constexpr std::string_view option = "--host";

/// For any POSIX shell (2.2.2, Single-Quotes): nothing is special but the quote itself.
std::string quoted(const std::string &word) {
    std::string text = "'";
    for (const char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

/// What ssh would take for an option, or a shell for more than a word, is no host.
bool is_host(const std::string &host) {
    return !host.empty() && host.front() != '-' && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("@.-_:[]%").find(c) != std::string_view::npos;
    });
}

} // namespace

std::vector<std::string> ssh_command(const std::string &host, const std::vector<std::string> &words,
                                     bool terminal) {
    if (!is_host(host))
        throw Failure("'" + printable(host) + "' is no host: give [USER@]HOST, as for ssh");
    std::string line = "frankctl";
    for (const std::string &word : words)
        line += " " + quoted(word);
    // No escape character: what is typed is the session's.
    std::vector<std::string> argv{"ssh", "-e", "none", terminal ? "-t" : "-T", "--", host, line};
    return argv;
}

std::vector<std::string> words_for_there(int argc, const char *const *argv) {
    std::vector<std::string> words;
    bool ours = true; // until "--": what follows is a command of the session
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        ours = ours && word != "--";
        if (ours && word == option)
            ++i;
        else if (!ours || !word.starts_with(std::string(option) + "="))
            words.push_back(word);
    }
    return words;
}

void become(std::vector<std::string> argv) {
    std::vector<char *> list;
    list.reserve(argv.size() + 1);
    for (std::string &word : argv)
        list.push_back(word.data());
    list.push_back(nullptr);
    (void)::execvp(list[0], list.data());
    if (errno == ENOENT)
        throw Failure("ssh is not installed: apt-get install openssh-client");
    throw system_failure("cannot run ssh");
}

} // namespace frank::client
