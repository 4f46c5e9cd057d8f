// Calls whose answer is not waited for here: the loop goes on with streams and signals until it comes.
#pragma once

#include "client/daemon_link.hpp"

#include <memory>
#include <optional>
#include <tuple>

namespace frank::client {

/// What became of one call. Shared by who waits and by the connection: either may be gone first.
template <class... Out> struct Answer {
    bool arrived = false;
    std::optional<sdbus::Error> error;
    std::tuple<Out...> values;

    /// Once it has arrived: the values, or the error as Failure.
    std::tuple<Out...> &take(const std::string &about) {
        if (error)
            throw failure_of(error->getName(), error->getMessage(), about);
        return values;
    }
};

template <class... Out> using Pending = std::shared_ptr<Answer<Out...>>;

/// Sends the call. `Out` are the types of the answer.
template <class... Out, class... In>
Pending<Out...> send(sdbus::IProxy &object, const char *interface, const char *method, const In &...in) {
    auto answer = std::make_shared<Answer<Out...>>();
    object.callMethodAsync(method).onInterface(interface).withArguments(in...).uponReplyInvoke(
        [answer](contract::AsyncError error, Out... out) {
            answer->arrived = true;
            if (error)
                answer->error = *error;
            else
                answer->values = std::make_tuple(std::move(out)...);
        });
    return answer;
}

} // namespace frank::client
