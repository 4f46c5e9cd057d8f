// Where every handler and callback of the bus ends: what goes wrong becomes a D-Bus error here and goes no
// further. sdbus-c++ 1.2 ends the process when anything but sdbus::Error leaves a handler, so nothing runs
// outside guarded().
#pragma once

#include "daemon/plan/result.hpp"
#include "dbus-interfaces/sdbus_compat.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace frank::bus {

sdbus::Error to_error(const plan::Refusal &refusal);
/// In a catch block: the exception at hand as its caller is to be told of it. Breakage is logged here, once,
/// and is an "internal error" to the caller.
sdbus::Error current_error() noexcept;

[[noreturn]] void refuse(Error error, std::string message);

/// The value, or the refusal thrown as what a caller is told.
template <class T> T accept(plan::Result<T> result) {
    if (!result)
        throw to_error(result.error());
    if constexpr (!std::is_void_v<T>)
        return std::move(*result);
}

/// A reply that may be given later. Copies share one reply; whoever is first gives it. When the last copy
/// goes and none was given, the caller is told so, and never left to wait.
template <class... Values> class Reply {
  public:
    explicit Reply(sdbus::Result<Values...> &&result) : state_(std::make_shared<State>(std::move(result))) {}

    void send(const Values &...values) const {
        if (!std::exchange(state_->given, true))
            state_->result.returnResults(values...);
    }
    /// Never throws: a bus that is lost is noticed elsewhere.
    void fail(const sdbus::Error &error) const noexcept { state_->fail(error); }
    /// `thing` lives as long as the reply does.
    void keep(const std::shared_ptr<void> &thing) const { state_->kept = thing; }

  private:
    struct State {
        explicit State(sdbus::Result<Values...> &&kept_result) : result(std::move(kept_result)) {}
        State(const State &) = delete;
        State &operator=(const State &) = delete;
        ~State() { fail(to_error({Error::unavailable, "frankend ended before it could answer: try again"})); }

        void fail(const sdbus::Error &error) noexcept {
            if (std::exchange(given, true))
                return;
            try {
                result.returnError(error);
            } catch (
                ...) { // NOLINT(bugprone-empty-catch): only the bus can fail here, and it has its own watch
            }
        }

        sdbus::Result<Values...> result;
        std::shared_ptr<void> kept;
        bool given = false;
    };
    std::shared_ptr<State> state_;
};

/// Runs `work`; what it throws is the reply.
template <class... Values, class Work> void guarded(const Reply<Values...> &reply, Work &&work) noexcept {
    try {
        std::forward<Work>(work)();
    } catch (...) {
        reply.fail(current_error());
    }
}

/// For callbacks that have no caller to tell.
template <class Work> void contained(Work &&work) noexcept {
    try {
        std::forward<Work>(work)();
    } catch (...) {
        (void)current_error();
    }
}

/// For handlers that answer at once: `work`'s value is the reply, and what it throws too.
template <class Work> auto guarded(Work &&work) {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        throw current_error();
    }
}

} // namespace frank::bus
