#include "daemon/plan/resource_limits.hpp"

#include "daemon/plan/printable.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace frank::plan {

namespace {

constexpr std::uint64_t mebi = std::uint64_t{1} << 20;
constexpr std::uint64_t cpu_period = 100'000; ///< microseconds; the kernel's own default

struct Range {
    std::uint64_t least, most;
};

/// Less than the least of memory or tasks, and frank-init and one emulator would not run.
constexpr Range range_of(Resource resource) {
    switch (resource) {
    case Resource::memory:
        return {32 * mebi, std::uint64_t{1} << 50};
    case Resource::cpu:
        return {1, 100'000};
    case Resource::tasks:
        return {8, 4'194'304}; // the kernel's PID_MAX_LIMIT
    case Resource::io:
        return {std::uint64_t{64} * 1024, std::uint64_t{1} << 50};
    }
    return {0, 0};
}

std::uint64_t number_after(std::string_view text, std::size_t at) {
    std::uint64_t value = 0;
    (void)std::from_chars(text.data() + std::min(at, text.size()), text.data() + text.size(), value);
    return value;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array units{" bytes", " KiB", " MiB", " GiB", " TiB"};
    std::size_t unit = 0;
    while (bytes >= 1024 && bytes % 1024 == 0 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    return std::to_string(bytes) + units[unit];
}

} // namespace

std::string_view to_text(Resource resource) {
    constexpr std::array<std::string_view, resource_count> names{"memory", "cpu", "tasks", "io"};
    return names[static_cast<std::size_t>(resource)];
}

std::string_view limit_remedy(int error) {
    return error == EOPNOTSUPP
               ? "; that needs cgroup v2 with this controller, and frank-launcher started by systemd"
           : error == ENODEV ? "; its root lies on no disk of this machine's own"
                             : "";
}

std::string limit_failure(Resource resource, int error) {
    return "the session's " + std::string(to_text(resource)) +
           " cannot be limited: " + std::generic_category().message(error) + std::string(limit_remedy(error));
}

Result<void> check(const ResourceLimits &limits) {
    for (const Resource resource : all_resources) {
        const Range range = range_of(resource);
        const std::uint64_t most = limits.of(resource);
        if (most != 0 && (most < range.least || most > range.most))
            return refuse(Error::invalid_argument, "the limit of " + std::string(to_text(resource)) +
                                                       " must be from " + amount_text(resource, range.least) +
                                                       " to " + amount_text(resource, range.most));
    }
    return {};
}

Result<ResourceLimits> limits_from_map(const std::map<std::string, std::uint64_t> &numbers) {
    ResourceLimits limits;
    for (const auto &[name, number] : numbers) {
        const auto *const known = std::ranges::find(all_resources, std::string_view(name),
                                                    [](Resource each) { return to_text(each); });
        if (known == all_resources.end())
            return refuse(Error::invalid_argument,
                          "there is no limit \"" + printable(name, 40) + "\": give memory, cpu, tasks, io");
        limits.of(*known) = number;
    }
    if (const auto good = check(limits); !good)
        return tl::unexpected(good.error());
    return limits;
}

std::map<std::string, std::uint64_t> to_map(const ResourceLimits &limits) {
    std::map<std::string, std::uint64_t> numbers;
    for (const Resource resource : all_resources)
        if (limits.of(resource) != 0)
            numbers.emplace(to_text(resource), limits.of(resource));
    return numbers;
}

std::string_view limit_file(Resource resource) {
    constexpr std::array<std::string_view, resource_count> files{"memory.max", "cpu.max", "pids.max",
                                                                 "io.max"};
    return files[static_cast<std::size_t>(resource)];
}

std::string limit_text(Resource resource, std::uint64_t most, std::string_view device) {
    std::string number = most == 0 ? "max" : std::to_string(most);
    switch (resource) {
    case Resource::memory:
    case Resource::tasks:
        return number;
    case Resource::cpu:
        return (most == 0 ? "max" : std::to_string(most * cpu_period / 100)) + " " +
               std::to_string(cpu_period);
    case Resource::io:
        return std::string(device) + " rbps=" + number + " wbps=" + number;
    }
    return {};
}

std::string amount_text(Resource resource, std::uint64_t most) {
    if (most == 0)
        return "none";
    switch (resource) {
    case Resource::memory:
        return bytes_text(most);
    case Resource::cpu:
        return std::to_string(most) + "%";
    case Resource::tasks:
        return std::to_string(most);
    case Resource::io:
        return bytes_text(most) + "/s";
    }
    return {};
}

std::uint64_t number_of_key(std::string_view text, std::string_view key) {
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view line = text.substr(at, std::min(text.find('\n', at), text.size()) - at);
        if (line.starts_with(key) && line.substr(key.size()).starts_with(' '))
            return number_after(line, key.size() + 1);
        at += line.size() + 1;
    }
    return 0;
}

std::uint64_t io_bytes(std::string_view text) {
    std::uint64_t sum = 0;
    for (const std::string_view key : {"rbytes=", "wbytes="})
        for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1))
            sum += number_after(text, at + key.size());
    return sum;
}

} // namespace frank::plan
