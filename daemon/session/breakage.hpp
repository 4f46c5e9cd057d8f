// Breakage (an exception) that ends one operation is told as that operation's refusal.
#pragma once

#include "daemon/plan/result.hpp"

#include <exception>
#include <utility>

namespace frank::session {

/// A full disk is no_space; all else is failed.
plan::Refusal refusal_of(const std::exception &error);

/// Runs `act`; what it throws goes to `fail` as a Refusal.
template <class Act, class Fail> void guarded(Act &&act, Fail &&fail) {
    try {
        std::forward<Act>(act)();
    } catch (const std::exception &error) {
        std::forward<Fail>(fail)(refusal_of(error));
    }
}

} // namespace frank::session
