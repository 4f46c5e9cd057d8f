// What a verb of frankctl is. A verb's file holds its options, its help and its action; the table has them
// all.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace frank::client {

/// The options that every verb has.
struct Globals {
    bool json = false;
    bool quiet = false;
    bool no_ask_password = false;
    std::string bus;  ///< a D-Bus address instead of the system bus; empty: the system bus
    std::string host; ///< [USER@]HOST where all of this is to be done; empty: here

    /// May polkit ask for a password: is there somebody who could type one?
    bool may_ask() const;
};

/// A verb with its arguments read.
struct Invocation {
    Globals globals;
    std::vector<std::string> command; ///< what followed "--", byte for byte
};

using Action = std::function<int(const Invocation &)>;

struct Command {
    const char *name;
    const char *summary;
    /// Adds the verb's options to its parser; the action reads what was parsed into them.
    Action (*define)(CLI::App &verb);
    enum class Rest : unsigned char { none, optional, required } rest; ///< may "-- CMD..." follow?
};

Action define_bind(CLI::App &verb);
Action define_limit(CLI::App &verb);
Action define_clone(CLI::App &verb);
Action define_commit(CLI::App &verb);
Action define_rollback(CLI::App &verb);
Action define_snapshot(CLI::App &verb);
Action define_snapshots(CLI::App &verb);
Action define_create(CLI::App &verb);
Action define_enter(CLI::App &verb);
Action define_run(CLI::App &verb);
Action define_trace(CLI::App &verb);
Action define_debug(CLI::App &verb);
Action define_start(CLI::App &verb);
Action define_stop(CLI::App &verb);
Action define_list(CLI::App &verb);
Action define_show(CLI::App &verb);
Action define_destroy(CLI::App &verb);
Action define_jobs(CLI::App &verb);
Action define_log(CLI::App &verb);
Action define_attach(CLI::App &verb);
Action define_cancel(CLI::App &verb);
Action define_boards(CLI::App &verb);
Action define_emulators(CLI::App &verb);
Action define_doctor(CLI::App &verb);
Action define_binfmt(CLI::App &verb);
Action define_accel(CLI::App &verb);
Action define_unbind(CLI::App &verb);
Action define_workarounds(CLI::App &verb);

/// Every verb, in the order of the help.
std::span<const Command> commands();

} // namespace frank::client
