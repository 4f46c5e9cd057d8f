#include "daemon/session/spawn_failure.hpp"

#include <cerrno>
#include <system_error>

namespace frank::session {

namespace {

using plan::SpawnStage;

constexpr std::size_t shown = 200;

plan::Refusal not_executable(const std::string &command, int error, const std::string &session) {
    if (error == ENOEXEC)
        return {Error::command_not_executable,
                command + ": Exec format error: no emulator of session " + session +
                    " runs it, and it is no script; see what it is with `file`"};
    if (error == ENOENT)
        return {Error::command_not_executable,
                command + ": its loader or its \"#!\" interpreter is not in session " + session +
                    ": install libc6 of its architecture, or the interpreter"};
    return {Error::command_not_executable, command + ": " + std::generic_category().message(error)};
}

} // namespace

plan::Refusal spawn_failure(int stage, int error, const plan::SpawnRequest &request,
                            const std::string &session) {
    const std::string command =
        request.argv.empty() ? "the login shell" : plan::printable(request.argv.front(), shown);
    const std::string reason = std::generic_category().message(error);
    switch (static_cast<SpawnStage>(stage)) {
    case SpawnStage::slots:
        return {Error::limit_exceeded,
                "session " + session + " runs as many commands as it can: wait for one to end"};
    case SpawnStage::message:
        return {Error::failed,
                "session " + session + " did not understand the request: stop it and start it again"};
    case SpawnStage::user:
        return {Error::no_such_user,
                "no user \"" + plan::printable(request.user, shown) + "\" in session " + session};
    case SpawnStage::terminal:
        return {Error::failed, "session " + session + " could not open a terminal: " + reason};
    case SpawnStage::fork:
        return {Error::failed, "session " + session + " could not make a process: " + reason};
    case SpawnStage::directory:
        return {Error::invalid_argument, "cannot change to directory \"" +
                                             plan::printable(request.cwd, shown) + "\" in session " +
                                             session + ": " + reason};
    case SpawnStage::credentials:
        return {Error::failed, "could not become user \"" + plan::printable(request.user, shown) +
                                   "\" in session " + session + ": " + reason};
    case SpawnStage::descriptors:
        return {Error::failed, "could not hand over the descriptors to session " + session + ": " + reason};
    case SpawnStage::not_found:
        return {Error::command_not_found, command + ": command not found in session " + session};
    case SpawnStage::execute:
        return not_executable(command, error, session);
    case SpawnStage::table:
        return {Error::failed,
                "session " + session +
                    " could not give one command an emulator, a CPU or a watcher of its own: " + reason +
                    "; stop it and start it again"};
    case SpawnStage::none:
        break;
    }
    return {Error::failed, "session " + session + " could not run " + command + ": " + reason};
}

} // namespace frank::session
