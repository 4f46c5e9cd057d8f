#include "client/daemon_link.hpp"

#include "client/text.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace frank::client {

namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::unique_ptr<sdbus::IConnection> connect(const Globals &globals) {
    try {
        auto connection = globals.bus.empty() ? sdbus::createSystemBusConnection()
                                              : sdbus::createSessionBusConnectionWithAddress(globals.bus);
        // A start, a password or a command may take its time: only the user and the daemon decide when to
        // give up.
        connection->setMethodCallTimeout(std::numeric_limits<std::uint64_t>::max());
        return connection;
    } catch (const sdbus::Error &error) {
        const std::string bus =
            globals.bus.empty() ? "the D-Bus system bus" : "the D-Bus bus at " + globals.bus;
        throw Failure("cannot reach " + bus + ": " + error.getMessage());
    }
}

} // namespace

DaemonLink::DaemonLink(const Globals &globals) : globals_(globals), connection_(connect(globals)) {}

ManagerRemote DaemonLink::manager() { return {*connection_, contract::manager_path}; }

SessionRemote DaemonLink::session(const std::string &name) {
    // '_' is what the path's own escapes begin with.
    const bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return is_alphanumeric(c) || c == '-' || c == '@';
    });
    if (!fits)
        throw Failure("'" + name + "' cannot be a session's name: those are a-z, 0-9 and '-'");
    return {*connection_, contract::session_path(name)};
}

JobRemote DaemonLink::job(const std::string &id) {
    if (id.empty() || !std::all_of(id.begin(), id.end(), is_alphanumeric))
        throw Failure("'" + id + "' is not a job's number; see: frankctl jobs --all");
    return {*connection_, contract::job_path(id)};
}

std::string session_title(const std::string &name) { return "session '" + name + "'"; }

std::string job_title(const std::string &id) { return "job " + id; }

std::string job_id(const std::string &path) {
    const std::string_view prefix = contract::job_prefix;
    return path.rfind(prefix, 0) == 0 ? path.substr(prefix.size()) : path;
}

const std::string &text_argument(const char *what, const std::string &text) {
    if (!is_utf8(text))
        throw Failure(std::string(what) + " '" + text + "' is not UTF-8 text");
    return text;
}

Bytes bytes_of(const std::string &text) { return {text.begin(), text.end()}; }

ByteStrings bytes_of(const std::vector<std::string> &texts) {
    ByteStrings all;
    all.reserve(texts.size());
    for (const std::string &text : texts)
        all.push_back(bytes_of(text));
    return all;
}

} // namespace frank::client
