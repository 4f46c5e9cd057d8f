// What shows that a twin does what the guest's own tool does: command lines, as data, and the files that they
// work on. Each is run twice and must end, say and make the same.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frank::verify {

struct InputFile {
    std::string_view name;
    std::string_view content;
};

enum class Kind {
    works,       ///< the guest's own must exit with 0
    fails,       ///< ... must not
    any,         ///< whatever it does, the twin must do it too
    guarded,     ///< works; a rule of the route may leave it to the guest's own
    direct,      ///< the twin by its own path beside the guest's: for what no route takes over
    specs,       ///< direct, for -dumpspecs
    search_list, ///< works; of the messages only the directories that are searched count
};

/// Arguments with blanks between them; '...' keeps some together. `< FILE` at the end is standard input. A
/// line that begins with ./ runs what an earlier one has made, with `$ NAME` another of the guest's tools.
/// @flags: what the guest's driver gives this compiler.
struct Step {
    std::string_view line;
    Kind kind = Kind::works;
};

struct Recipe {
    std::vector<std::string_view> tools; ///< names without triplet and version
    std::string_view version;            ///< arguments that show it; empty: nothing does
    std::vector<InputFile> files;
    std::vector<Step> steps;
    bool needs_objects = false;    ///< what make_objects() makes, below objects/
    bool needs_tree = false;       ///< directory/inner/deep, and `link` to words.txt
    std::string_view clocked = {}; ///< a file that has times in it: its content does not count
};

/// In the order of checking: what others call comes first.
const std::vector<Recipe> &compiler_recipes();
const std::vector<Recipe> &llvm_recipes();
const std::vector<Recipe> &binutils_recipes();
const std::vector<Recipe> &driver_recipes();
const std::vector<Recipe> &build_recipes();
const std::vector<Recipe> &project_recipes();
const std::vector<Recipe> &git_recipes();
const std::vector<Recipe> &shell_recipes();
const std::vector<Recipe> &archive_recipes();
const std::vector<Recipe> &coreutils_recipes();
const std::vector<Recipe> &file_recipes();

/// `aarch64-linux-gnu-gcc-12`: gcc.
const Recipe *find_recipe(std::string_view base_name);
/// Where its recipe is in the order of checking.
std::size_t recipe_rank(const Recipe *recipe);

struct StepWords {
    std::vector<std::string> words;
    std::string input; ///< empty: none
};
StepWords split_line(std::string_view line);

/// The upstream version in what a tool prints: 12.2.0 of "gcc (Debian 12.2.0-14+deb12u1) 12.2.0". Empty:
/// none.
std::string find_version(std::string_view text);

/// What a distribution adds to it, on the first line: "(Debian 12.2.0-14+deb12u1)". Empty: nothing.
std::string find_package(std::string_view text);

} // namespace frank::verify
