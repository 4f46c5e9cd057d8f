// Limits of a session as people write and read them: "memory=2G", "cpu=150%", "tasks=500", "io=20M".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace frank::client {

/// By resource; 0: none. Bytes (of memory, and of io a second), percent of one processor, a number of tasks.
using Limits = std::map<std::string, std::uint64_t>;

/// Throws Failure naming the one that is wrong, with an example.
Limits read_limits(const std::vector<std::string> &texts);
/// "memory 2 GiB, cpu 150%".
std::string describe(const Limits &limits);
/// "2 GiB", "150%", "500", "20 MiB/s"; "1.5 GiB" is near enough.
std::string shown_amount(const std::string &resource, std::uint64_t amount);
std::string shown_bytes(std::uint64_t bytes);

} // namespace frank::client
