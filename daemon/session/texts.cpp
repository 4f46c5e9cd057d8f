#include "daemon/session/ledger.hpp"

namespace frank::session {

std::string_view to_text(JobKind kind) {
    switch (kind) {
    case JobKind::command:
        return "command";
    case JobKind::create:
        return "create";
    case JobKind::destroy:
        return "destroy";
    case JobKind::accelerate:
        return "accelerate";
    }
    return "unknown";
}

std::string_view to_text(JobState state) {
    switch (state) {
    case JobState::running:
        return "running";
    case JobState::exited:
        return "exited";
    case JobState::killed:
        return "killed";
    case JobState::failed:
        return "failed";
    case JobState::cancelled:
        return "cancelled";
    }
    return "unknown";
}

std::string_view to_text(SessionState state) {
    switch (state) {
    case SessionState::creating:
        return "creating";
    case SessionState::stopped:
        return "stopped";
    case SessionState::starting:
        return "starting";
    case SessionState::running:
        return "running";
    case SessionState::stopping:
        return "stopping";
    case SessionState::destroying:
        return "destroying";
    }
    return "unknown";
}

} // namespace frank::session
