// The one table of who needs what: every method of the contract has a row here, and a handler cannot be
// written without naming its row. A method that is not in it does not compile.
#pragma once

#include "dbus-interfaces/names.hpp"

#include <array>
#include <string_view>

namespace frank::bus {

/// In place of an action: anybody may, since it only reads what everybody may see.
inline constexpr std::string_view public_read = "PUBLIC_READ";
/// In place of an action: whoever owns the object needs nothing more.
inline constexpr std::string_view owner_right = "OWNER";

namespace action {
inline constexpr std::string_view session_create = "org.frankend1.session-create";
inline constexpr std::string_view session_enter = "org.frankend1.session-enter";
inline constexpr std::string_view job_run = "org.frankend1.job-run";
inline constexpr std::string_view instance_import = "org.frankend1.instance-import";
inline constexpr std::string_view instance_remove = "org.frankend1.instance-remove";
inline constexpr std::string_view adopt_path = "org.frankend1.adopt-path";
inline constexpr std::string_view bind_directory = "org.frankend1.bind-directory";
inline constexpr std::string_view set_limits = "org.frankend1.set-limits";
inline constexpr std::string_view manage_others = "org.frankend1.manage-others";
inline constexpr std::string_view host_binfmt = "org.frankend1.host-binfmt";
} // namespace action

/// Root needs none of them.
struct MethodRule {
    std::string_view interface;
    std::string_view method;
    std::string_view own;    ///< on what belongs to the caller
    std::string_view others; ///< on what belongs to somebody else, in place of `own`
};

inline constexpr std::array method_rules{
    MethodRule{contract::manager_interface, "CreateFromDirectory", action::session_create,
               action::adopt_path},
    MethodRule{contract::manager_interface, "CreateFromArchive", action::instance_import,
               action::instance_import},
    MethodRule{contract::manager_interface, "CreateFromDebian", action::instance_import,
               action::instance_import},
    MethodRule{contract::manager_interface, "DescribePlan", public_read, public_read},
    MethodRule{contract::manager_interface, "Diagnose", public_read, public_read},
    MethodRule{contract::manager_interface, "ListBoards", public_read, public_read},
    MethodRule{contract::manager_interface, "ListBinfmt", public_read, public_read},
    MethodRule{contract::manager_interface, "CheckBinfmt", public_read, public_read},
    MethodRule{contract::manager_interface, "EnableBinfmt", action::host_binfmt, action::host_binfmt},
    MethodRule{contract::manager_interface, "DisableBinfmt", action::host_binfmt, action::host_binfmt},
    MethodRule{contract::manager_interface, "ListEmulators", public_read, public_read},
    MethodRule{contract::session_interface, "Start", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "Stop", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "Destroy", action::instance_remove, action::manage_others},
    MethodRule{contract::session_interface, "Spawn", action::job_run, action::manage_others},
    MethodRule{contract::session_interface, "Enter", action::session_enter, action::manage_others},
    MethodRule{contract::session_interface, "Accelerate", action::instance_import, action::manage_others},
    MethodRule{contract::session_interface, "Emulate", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "SwitchWorkaround", action::session_create,
               action::manage_others},
    MethodRule{contract::session_interface, "Bind", action::bind_directory, action::manage_others},
    MethodRule{contract::session_interface, "Unbind", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "SetLimits", action::set_limits, action::manage_others},
    MethodRule{contract::session_interface, "MeasureUse", owner_right, action::manage_others},
    MethodRule{contract::session_interface, "Snapshot", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "Rollback", action::instance_remove, action::manage_others},
    MethodRule{contract::session_interface, "RemoveSnapshot", action::instance_remove, action::manage_others},
    MethodRule{contract::session_interface, "Clone", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "Commit", action::session_create, action::manage_others},
    MethodRule{contract::session_interface, "ListTwins", owner_right, action::manage_others},
    MethodRule{contract::job_interface, "Wait", owner_right, action::manage_others},
    MethodRule{contract::job_interface, "Signal", owner_right, action::manage_others},
    MethodRule{contract::job_interface, "Resize", owner_right, action::manage_others},
    MethodRule{contract::job_interface, "OpenLog", owner_right, action::manage_others},
    MethodRule{contract::job_interface, "Cancel", owner_right, action::manage_others},
};

/// Fails to compile for a method without a row.
consteval MethodRule rule_of(std::string_view interface, std::string_view method) {
    for (const MethodRule &rule : method_rules)
        if (rule.interface == interface && rule.method == method)
            return rule;
    throw "this method has no row in method_rules";
}

/// What is asked for, in words that complete "... needs authorisation".
constexpr std::string_view deed_of(std::string_view action_id) {
    if (action_id == action::session_create)
        return "creating, starting or stopping a session";
    if (action_id == action::session_enter)
        return "opening a terminal in a session";
    if (action_id == action::job_run)
        return "running a command in a session";
    if (action_id == action::instance_import)
        return "importing a root filesystem";
    if (action_id == action::instance_remove)
        return "destroying a session, a snapshot or changes";
    if (action_id == action::adopt_path)
        return "using a directory of somebody else as a root";
    if (action_id == action::bind_directory)
        return "letting a session see a directory";
    if (action_id == action::set_limits)
        return "changing what a session may take of this machine";
    if (action_id == action::manage_others)
        return "managing somebody else's sessions";
    if (action_id == action::host_binfmt)
        return "changing which foreign programs this machine runs";
    return "this";
}

} // namespace frank::bus
