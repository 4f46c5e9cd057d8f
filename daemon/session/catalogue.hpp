// What is known of boards and of work-arounds: data files that come with frankend, and an administrator's
// own, which take the place of those by the same name.
#pragma once

#include "daemon/plan/board.hpp"
#include "daemon/plan/workaround.hpp"

#include <string>
#include <vector>

namespace frank::session {

struct Catalogue {
    plan::Boards boards;
    plan::Workarounds workarounds;
    std::vector<std::string> problems; ///< files that were left out, a line each
};

/// From boards.d and workarounds.d in both directories; one that is missing is empty. A file that cannot be
/// used is left out and told: it takes nothing else down with it.
Catalogue load_catalogue(const std::string &shipped, const std::string &own);

} // namespace frank::session
