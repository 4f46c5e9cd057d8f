#include "daemon/bus/boundary.hpp"

#include "daemon/plan/spawn_request.hpp"

#include <spdlog/spdlog.h>

namespace frank::bus {

namespace {

constexpr std::size_t longest_message = 1024;

sdbus::Error internal_error() {
    return to_error({Error::failed, "internal error: frankend's log tells more"});
}

} // namespace

sdbus::Error to_error(const plan::Refusal &refusal) {
    return contract::make_error(entry_of(refusal.error).dbus_name,
                                plan::printable(refusal.message, longest_message));
}

sdbus::Error current_error() noexcept {
    try {
        throw;
    } catch (const sdbus::Error &error) {
        if (entry_of(std::string_view(error.getName())).dbus_name == error.getName())
            return error;
        spdlog::error("D-Bus: {}: {}", std::string(error.getName()), error.getMessage());
        return internal_error();
    } catch (const std::exception &error) {
        spdlog::error("while answering a call: {}", plan::printable(error.what(), longest_message));
        return internal_error();
    } catch (...) {
        spdlog::error("while answering a call: an exception of no known kind");
        return internal_error();
    }
}

void refuse(Error error, std::string message) { throw to_error({error, std::move(message)}); }

} // namespace frank::bus
