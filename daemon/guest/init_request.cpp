#include "daemon/guest/init_request.hpp"

#include <cstring>

namespace frank::guest {

namespace {

bool head_is_sound(const plan::SpawnHead &head, std::size_t fds) {
    constexpr std::uint32_t known = plan::spawn_tty | plan::spawn_log | plan::spawn_login |
                                    plan::spawn_table | plan::spawn_emulator | plan::spawn_trace |
                                    plan::spawn_debug | plan::spawn_limits;
    if ((head.flags & ~known) != 0)
        return false;
    if (((head.flags & plan::spawn_login) != 0) != (head.argc == 0))
        return false;
    const auto one_for = [&head](std::uint32_t flag) { return (head.flags & flag) != 0 ? 1U : 0U; };
    const std::uint32_t watcher = one_for(plan::spawn_trace | plan::spawn_debug);
    if (one_for(plan::spawn_emulator) > one_for(plan::spawn_table) || watcher > one_for(plan::spawn_table) ||
        watcher + one_for(plan::spawn_log) > 1 ||
        (one_for(plan::spawn_trace) & one_for(plan::spawn_debug)) != 0)
        return false;
    const std::size_t ours =
        one_for(plan::spawn_log) + one_for(plan::spawn_table) + one_for(plan::spawn_emulator) + watcher;
    if (head.fd_count > plan::init_max_fds || head.fd_count + ours != fds)
        return false;
    for (std::uint32_t i = 0; i < head.fd_count; ++i) {
        if (head.fd_numbers[i] > highest_job_fd)
            return false;
        for (std::uint32_t j = 0; j < i; ++j)
            if (head.fd_numbers[i] == head.fd_numbers[j])
                return false;
    }
    return true;
}

std::size_t count_strings(std::span<const std::byte> bytes) {
    std::size_t count = 0;
    for (const std::byte byte : bytes)
        if (byte == std::byte{0})
            ++count;
    return count;
}

bool is_assignment(const char *text) {
    const char *equals = std::strchr(text, '=');
    return equals != nullptr && equals != text;
}

} // namespace

const char *next_string(const char *text) { return text + std::strlen(text) + 1; }

bool parse_spawn(std::span<const std::byte> payload, std::size_t fds, SpawnView &view) {
    if (payload.size() <= sizeof view.head)
        return false;
    std::memcpy(&view.head, payload.data(), sizeof view.head);
    if (!head_is_sound(view.head, fds))
        return false;
    auto strings = payload.subspan(sizeof view.head);
    view.limits = {};
    if ((view.head.flags & plan::spawn_limits) != 0) {
        if (strings.size() <= sizeof view.limits)
            return false;
        std::memcpy(&view.limits, strings.data(), sizeof view.limits);
        strings = strings.subspan(sizeof view.limits);
    }
    const std::uint64_t wanted = std::uint64_t{2} + view.head.argc + view.head.envc;
    if (strings.back() != std::byte{0} || count_strings(strings) != wanted)
        return false;
    // From here on there are exactly as many strings as we will step over.
    view.user = reinterpret_cast<const char *>(strings.data());
    view.cwd = next_string(view.user);
    view.arguments = next_string(view.cwd);
    if (*view.user == '\0' || (*view.cwd != '\0' && *view.cwd != '/'))
        return false;
    const char *text = view.arguments;
    for (std::uint32_t i = 0; i < view.head.argc; ++i)
        text = next_string(text);
    for (std::uint32_t i = 0; i < view.head.envc; ++i, text = next_string(text))
        if (!is_assignment(text))
            return false;
    return true;
}

} // namespace frank::guest
