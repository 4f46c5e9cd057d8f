// coreutils are many: of each only its names and what it is to do are said.
#pragma once

#include "daemon/verify/corpus.hpp"

namespace frank::verify {

struct Tool {
    std::vector<std::string_view> names;
    std::vector<Step> steps;
    std::string_view version = "--version";
};

/// On texts, in a directory that has others in it and a link.
inline std::vector<Recipe> to_recipes(const std::vector<std::vector<Tool>> &groups) {
    std::vector<Recipe> recipes;
    for (const auto &tools : groups)
        for (const Tool &tool : tools) {
            Recipe recipe{tool.names, tool.version, text_corpus(), tool.steps, false, true};
            recipe.files.push_back({"paths.txt", "a b\nb c\na c\nd d\n"});
            recipes.push_back(std::move(recipe));
        }
    return recipes;
}

} // namespace frank::verify
