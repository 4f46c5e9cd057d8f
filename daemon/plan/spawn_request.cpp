#include "daemon/plan/spawn_request.hpp"

#include "daemon/plan/board.hpp"
#include "daemon/plan/init_wire.hpp"
#include "daemon/plan/session_settings.hpp"
#include "daemon/plan/workaround.hpp"

#include <algorithm>
#include <cstring>

namespace frank::plan {

namespace {

constexpr std::size_t max_user = 32;
constexpr std::uint32_t max_fd_number = 1023;
constexpr std::uint32_t max_terminal_side = 65535;
constexpr std::size_t described_bytes = 120;

tl::unexpected<Refusal> wrong(std::string message) {
    return refuse(Error::invalid_argument, std::move(message));
}

bool has_nul(const std::string &text) { return text.find('\0') != std::string::npos; }

/// As useradd(8) has them, or a plain number.
bool is_user(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.';
    };
    if (text.empty() || text.size() > max_user || text.front() == '-' || text.front() == '.')
        return false;
    if (text.back() == '$')
        text.remove_suffix(1);
    return !text.empty() && std::ranges::all_of(text, allowed);
}

Result<void> check_command(const RawSpawn &raw) {
    if (raw.argv.empty() && (!raw.tty || raw.log))
        return wrong("no command: an empty one means the login shell, which needs a terminal and no log");
    if (!raw.argv.empty() && raw.argv.front().empty())
        return wrong("the command's name is empty");
    if (std::ranges::any_of(raw.argv, has_nul))
        return wrong("an argument of the command holds a NUL byte");
    if (has_nul(raw.cwd))
        return wrong("the working directory holds a NUL byte");
    if (!raw.cwd.empty() && raw.cwd.front() != '/')
        return wrong("the working directory \"" + printable(raw.cwd, 80) +
                     "\" is not absolute: give its path inside the session, from \"/\"");
    return {};
}

Result<void> check_environment(const std::vector<std::string> &env) {
    for (const std::string &entry : env) {
        if (has_nul(entry))
            return wrong("an environment entry holds a NUL byte");
        const std::size_t equals = entry.find('=');
        if (equals == std::string::npos || equals == 0)
            return wrong("the environment entry \"" + printable(entry, 80) +
                         "\" is not of the form KEY=VALUE");
    }
    return {};
}

Result<void> check_size(const RawSpawn &raw) {
    std::size_t bytes = raw.cwd.size() + 1;
    for (const auto *list : {&raw.argv, &raw.env})
        for (const std::string &text : *list)
            bytes += text.size() + 1;
    if (bytes > max_spawn_bytes)
        return refuse(Error::limit_exceeded, "command, working directory and environment are " +
                                                 std::to_string(bytes) + " bytes together; at most " +
                                                 std::to_string(max_spawn_bytes) + " are allowed");
    return {};
}

Result<void> check_descriptors(const RawSpawn &raw) {
    if (raw.fd_numbers.size() > max_spawn_fds)
        return refuse(Error::limit_exceeded, std::to_string(raw.fd_numbers.size()) +
                                                 " descriptors for one command; at most " +
                                                 std::to_string(max_spawn_fds) + " are allowed");
    std::vector<std::uint32_t> numbers = raw.fd_numbers;
    std::ranges::sort(numbers);
    if (const auto twice = std::ranges::adjacent_find(numbers); twice != numbers.end())
        return wrong("descriptor number " + std::to_string(*twice) + " is given twice");
    if (!numbers.empty() && numbers.back() > max_fd_number)
        return wrong("descriptor number " + std::to_string(numbers.back()) + " is too high: at most " +
                     std::to_string(max_fd_number));
    if (raw.tty && !numbers.empty() && numbers.front() <= 2)
        return wrong("descriptor " + std::to_string(numbers.front()) +
                     " is the terminal's; give 3 or higher");
    return {};
}

Result<void> check_rest(const RawSpawn &raw) {
    if (!raw.user.empty() && !is_user(raw.user))
        return wrong("\"" + printable(raw.user, 40) + "\" cannot be a user: give a name or a number");
    if (!is_cpu_model(raw.cpu))
        return wrong("\"" + printable(raw.cpu, 64) +
                     "\" cannot be a CPU model: use qemu's name for it, such as cortex-a53");
    if (raw.watch != Watch::none && raw.log)
        return wrong("a command that is traced or debugged has no log: leave one of them out");
    if (raw.rows > max_terminal_side || raw.columns > max_terminal_side)
        return wrong("a terminal of " + std::to_string(raw.rows) + " rows and " +
                     std::to_string(raw.columns) + " columns is too large: at most 65535 each");
    return {};
}

} // namespace

Result<SpawnRequest> parse_spawn(RawSpawn raw) {
    const auto checked = check_size(raw)
                             .and_then([&] { return check_command(raw); })
                             .and_then([&] { return check_environment(raw.env); })
                             .and_then([&] { return check_descriptors(raw); })
                             .and_then([&] { return check_rest(raw); });
    if (!checked)
        return tl::unexpected<Refusal>(checked.error());

    SpawnRequest request;
    request.argv = std::move(raw.argv);
    request.cwd = std::move(raw.cwd);
    request.env = std::move(raw.env);
    request.fd_numbers = std::move(raw.fd_numbers);
    request.user = raw.user.empty() ? "root" : std::move(raw.user);
    request.log = raw.log;
    request.tty = raw.tty;
    request.cpu = std::move(raw.cpu);
    request.watch = raw.watch;
    request.throw_away = raw.throw_away;
    request.emulator = printable(raw.emulator, max_spawn_bytes / 16);
    if (raw.rows != 0)
        request.rows = static_cast<std::uint16_t>(raw.rows);
    if (raw.columns != 0)
        request.columns = static_cast<std::uint16_t>(raw.columns);
    return request;
}

std::vector<std::byte> encode_spawn(const SpawnRequest &request, std::uint64_t log_limit) {
    static_assert(max_spawn_fds + 3 <= init_max_fds,
                  "a table, an emulator, and the log or a watcher need places of their own");
    static_assert(sizeof(SpawnHead) + sizeof(SpawnLimits) + max_user + 1 + max_spawn_bytes +
                      max_workaround_bytes <=
                  init_max_payload);
    SpawnHead head;
    head.flags = (request.tty ? spawn_tty : 0U) | (request.log ? spawn_log : 0U) |
                 (request.argv.empty() ? spawn_login : 0U) | (request.has_own_table() ? spawn_table : 0U) |
                 (request.emulator.empty() ? 0U : spawn_emulator) |
                 (request.watch == Watch::trace ? spawn_trace : 0U) |
                 (request.watch == Watch::debug ? spawn_debug : 0U) |
                 (request.limits == SpawnLimits{} ? 0U : spawn_limits);
    head.argc = static_cast<std::uint32_t>(request.argv.size());
    head.envc = static_cast<std::uint32_t>(request.env.size());
    head.rows = request.rows;
    head.columns = request.columns;
    head.fd_count = static_cast<std::uint32_t>(request.fd_numbers.size());
    std::ranges::copy(request.fd_numbers, head.fd_numbers);
    head.log_limit = log_limit;

    const bool limited = (head.flags & spawn_limits) != 0;
    std::vector<std::byte> payload(sizeof head + (limited ? sizeof request.limits : 0));
    std::memcpy(payload.data(), &head, sizeof head);
    if (limited)
        std::memcpy(payload.data() + sizeof head, &request.limits, sizeof request.limits);
    const auto add = [&payload](const std::string &text) {
        const auto *start = reinterpret_cast<const std::byte *>(text.c_str());
        payload.insert(payload.end(), start, start + text.size() + 1);
    };
    add(request.user);
    add(request.cwd);
    std::ranges::for_each(request.argv, add);
    std::ranges::for_each(request.env, add);
    return payload;
}

std::string describe(const SpawnRequest &request) {
    if (request.argv.empty())
        return "login shell of " + printable(request.user, described_bytes);
    std::string text;
    for (const std::string &argument : request.argv) {
        if (!text.empty())
            text += ' ';
        text += argument;
    }
    return printable(text, described_bytes);
}

} // namespace frank::plan
