#include "daemon/verify/recipe.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace frank::verify {

namespace {

constexpr std::array classes{compiler_recipes, llvm_recipes,      binutils_recipes, driver_recipes,
                             build_recipes,    project_recipes,   git_recipes,      shell_recipes,
                             archive_recipes,  coreutils_recipes, file_recipes};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "gcc-12", "perl5.36.0": without the number.
std::string_view without_version(std::string_view name) {
    const std::size_t end = name.find_last_not_of("0123456789.");
    if (end == name.npos || end + 1 == name.size() || name[end] != '-')
        return name;
    return name.substr(0, end);
}

/// "aarch64-linux-gnu-": what may stand before a tool's name.
bool is_triplet(std::string_view prefix) {
    return prefix.ends_with('-') && std::ranges::count(prefix, '-') >= 2;
}

bool is_named(std::string_view name, std::string_view tool) {
    return name == tool || (name.ends_with(tool) && is_triplet(name.substr(0, name.size() - tool.size())));
}

} // namespace

const Recipe *find_recipe(std::string_view base_name) {
    const Recipe *best = nullptr;
    std::size_t best_length = 0;
    for (const std::string_view name : {base_name, without_version(base_name)})
        for (const auto recipes : classes)
            for (const Recipe &recipe : recipes())
                for (const std::string_view tool : recipe.tools)
                    if (is_named(name, tool) && tool.size() > best_length) {
                        best = &recipe; // gcc-ar before ar
                        best_length = tool.size();
                    }
    return best;
}

std::size_t recipe_rank(const Recipe *recipe) {
    std::size_t rank = 0;
    for (const auto recipes : classes)
        for (const Recipe &each : recipes()) {
            if (&each == recipe)
                return rank;
            ++rank;
        }
    return rank;
}

StepWords split_line(std::string_view line) {
    StepWords step;
    bool quoted = false, open = false;
    for (const char c : line) {
        if (c == '\'')
            quoted = !quoted;
        if (c == ' ' && !quoted) {
            open = false;
            continue;
        }
        if (!open)
            step.words.emplace_back();
        open = true;
        if (c != '\'')
            step.words.back() += c;
    }
    if (step.words.size() >= 2 && step.words[step.words.size() - 2] == "<") {
        step.input = step.words.back();
        step.words.resize(step.words.size() - 2);
    }
    return step;
}

std::string find_version(std::string_view text) {
    int depth = 0; // in parentheses is what a distribution adds, or the machine
    std::string word;
    for (const char c : std::string(text) + '\n') {
        depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
        if (depth == 0 && (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.')) {
            word += c;
            continue;
        }
        if (word.starts_with('v'))
            word.erase(0, 1);
        while (word.ends_with('.'))
            word.pop_back();
        if (!word.empty() && is_digit(word.front()) && word.find('.') != word.npos)
            return word;
        word.clear();
    }
    return "";
}

std::string find_package(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    const std::size_t begin = std::min(text.find('('), text.size());
    const std::size_t end = text.find(')', begin);
    return end == text.npos ? "" : std::string(text.substr(begin, end + 1 - begin));
}

} // namespace frank::verify
