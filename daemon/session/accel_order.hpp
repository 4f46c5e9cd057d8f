// What somebody wants of a root's native speed.
#pragma once

#include "daemon/plan/twin.hpp"
#include "daemon/sys/fd.hpp"

#include <memory>

namespace frank::session {

struct AccelOrder {
    bool again = false;                ///< verifies all anew, against twins as they are made now
    plan::ToolClasses classes{};       ///< as plan::switch_on() has them; with `again` none
    std::shared_ptr<sys::Fd> source{}; ///< a directory to take tools from; with `again` none
    bool fetch = true; ///< makes twins anew where those that are there lack tools of this root's
};

} // namespace frank::session
