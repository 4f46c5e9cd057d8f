// The exec tables with routes that a frank-init is given, and its file of calls.
#pragma once

#include "daemon/plan/exec_table.hpp"
#include "daemon/sys/fd.hpp"

#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace frank::test {

/// The guest's files.
inline std::set<std::string> routes_in(const sys::Fd &table) {
    std::vector<char> bytes(plan::exec_table_max_bytes);
    if (::pread(table.get(), bytes.data(), bytes.size(), 0) < 0)
        std::abort();
    plan::ExecTableHeader header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    std::set<std::string> paths;
    for (std::uint32_t i = 0; i < header.route_count; ++i) {
        plan::ExecRoute route{};
        std::memcpy(&route, bytes.data() + header.route_offset + i * sizeof route, sizeof route);
        paths.emplace(bytes.data() + route.path);
    }
    return paths;
}

struct FakeRoutes {
    std::vector<std::set<std::string>> laid; ///< what each table has routes for
    std::optional<int> error = 0;            ///< what is answered to one; nothing: no answer
    sys::Fd calls;                           ///< what frank-exec would write to

    std::optional<int> take(const sys::Fd &table) {
        laid.push_back(routes_in(table));
        if (!calls)
            calls.reset(::memfd_create("calls", MFD_CLOEXEC));
        return error;
    }
    /// What goes with the answer.
    std::vector<int> answer() const { return error == 0 ? std::vector{calls.get()} : std::vector<int>{}; }
};

} // namespace frank::test
