#include "daemon/session/breakage.hpp"

#include <cerrno>
#include <system_error>

namespace frank::session {

plan::Refusal refusal_of(const std::exception &error) {
    const auto *system = dynamic_cast<const std::system_error *>(&error);
    if (system != nullptr && (system->code().value() == ENOSPC || system->code().value() == EDQUOT))
        return {Error::no_space, std::string("no space left: could not ") + error.what()};
    return {Error::failed, std::string("could not ") + error.what()};
}

} // namespace frank::session
