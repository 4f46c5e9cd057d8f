#include "daemon/verify/guest_flags.hpp"

#include "daemon/verify/command.hpp"

#include <filesystem>
#include <sstream>

namespace frank::verify {

namespace {

namespace fs = std::filesystem;

struct Language {
    const char *compiler, *driver, *name;
};
constexpr const char *source = "/dev/null";
constexpr Language languages[] = {
    {"cc1", "gcc", "c"}, {"cc1plus", "g++", "c++"}, {"f951", "gfortran", "f95"}};

/// Of the line in `gcc -###` that calls the compiler: quoted words have no blank in them that counts here.
std::vector<std::string> words_of(const std::string &line) {
    std::vector<std::string> words;
    std::istringstream text(line);
    for (std::string word; text >> word;) {
        std::erase(word, '"');
        words.push_back(word);
    }
    return words;
}

/// All but the names of files, which are this call's own.
std::vector<std::string> flags_among(const std::vector<std::string> &words) {
    std::vector<std::string> flags;
    for (std::size_t i = 1; i < words.size(); ++i)
        if (words[i] == "-dumpdir" || words[i] == "-dumpbase" || words[i] == "-dumpbase-ext" ||
            words[i] == "-o")
            ++i;
        else if (words[i] != "-quiet" && words[i] != source)
            flags.push_back(words[i]);
    return flags;
}

} // namespace

std::vector<std::string> find_guest_flags(const std::string &compiler) {
    const fs::path path(compiler);
    const std::string version = path.parent_path().filename(),
                      triplet = path.parent_path().parent_path().filename();
    for (const Language &language : languages) {
        if (path.filename() != language.compiler)
            continue;
        const std::string driver = language.driver;
        const std::string exact = std::string(driver).append("-").append(version);
        for (const std::string &name : {std::string(triplet).append("-").append(exact), exact, driver}) {
            const Outcome outcome = run({"/usr/bin/" + name,
                                         {name, "-###", "-x", language.name, "-c", source},
                                         "/",
                                         "/dev/null",
                                         true});
            std::istringstream lines(outcome.messages);
            for (std::string line; std::getline(lines, line);)
                if (const auto words = words_of(line);
                    !words.empty() && fs::weakly_canonical(words[0]) == path && line.starts_with(' '))
                    return flags_among(words);
        }
    }
    return {};
}

} // namespace frank::verify
