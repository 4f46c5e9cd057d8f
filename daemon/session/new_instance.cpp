#include "daemon/session/new_instance.hpp"

#include "daemon/sys/file.hpp"

#include <sys/random.h>

namespace frank::session {

plan::Instance new_instance() {
    plan::Instance instance{};
    const ssize_t got = sys::must(::getrandom(instance.data(), instance.size(), 0), "get random bytes");
    if (static_cast<std::size_t>(got) != instance.size()) // getrandom(2): never, for so few
        throw std::system_error(EIO, std::generic_category(), "get random bytes");
    return instance;
}

} // namespace frank::session
