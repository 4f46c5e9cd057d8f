// One candidate put to the proof: its recipe's commands, each run natively and emulated in the same place,
// and whatever they did compared.
#pragma once

#include "daemon/verify/recipe.hpp"

#include <chrono>
#include <string>

namespace frank::verify {

struct Candidate {
    std::string path;   ///< of the guest's own file, without links
    std::string native; ///< of its twin; empty: not known
    const Recipe *recipe = nullptr;
};

Candidate parse_candidate(const std::string &argument);

struct Verdict {
    std::string reason; ///< why not; empty: it passed
    std::chrono::microseconds emulated{}, native{};
    int runs = 0;
    std::string package{},
        native_package{}; ///< in parentheses: where each of the two says that it comes from
};

/// `directory`: an empty one of its own. `objects`: the directory that make_objects() filled.
Verdict check(const Candidate &candidate, const std::string &directory, const std::string &objects);

/// With the guest's own compiler, emulated: what binutils work on. Empty where it could.
std::string make_objects(const std::string &directory);

} // namespace frank::verify
