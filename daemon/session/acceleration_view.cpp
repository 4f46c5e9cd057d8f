// Acceleration: what is shown of it.
#include "daemon/session/acceleration.hpp"
#include "daemon/session/session.hpp"

#include <algorithm>

namespace frank::session {

std::string Acceleration::state() const {
    if (busy())
        return "busy";
    return record_.on ? "on" : record_.twins.empty() ? "none" : "off";
}

std::vector<AccelRow> Acceleration::rows() {
    calls_.read();
    std::vector<AccelRow> rows;
    for (std::size_t i = 0; i < record_.tools.size(); ++i) {
        const plan::ToolVerdict &tool = record_.tools[i];
        const auto known = plan::tool_of(tool.path, session_.settings().arch);
        if (!known)
            continue;
        // What was not compared is told of where it is there, and not to be.
        const std::string kept = plan::kept_emulated(session_.workarounds(), known->guest);
        const bool off = record_.on && record_.off.contains(known->tool_class);
        const bool compared = tool.good || !tool.reason.empty();
        if (!compared && ((kept.empty() && !off) || !survey_.contains(known->guest)))
            continue;
        const auto counter = static_cast<std::uint16_t>(i + 1);
        const bool routed = std::ranges::any_of(
            routes_, [&](const plan::RouteEntry &route) { return route.counter == counter; });
        const auto sum = calls_.of_counter(counter);
        std::string reason = tool.reason;
        if (!routed && !kept.empty())
            reason = kept;
        else if (off && !routed)
            reason = "class " + std::string(to_text(known->tool_class)) + " is off";
        else if (tool.good && !routed)
            reason = !record_.on                                 ? "acceleration is off"
                     : session_.state() != SessionState::running ? "the session does not run"
                                                                 : "the file changed: verify again";
        rows.push_back({std::string(to_text(known->tool_class)), known->guest, routed, reason, sum.native,
                        sum.emulated, sum.native * tool.saved_by_call()});
    }
    for (const plan::UnprovenTool &tool : plan::unproven_tools(session_.settings().arch))
        if (survey_.contains(tool.guest))
            rows.push_back({std::string(to_text(tool.tool_class)), tool.guest, false, tool.why, 0, 0, 0});
    std::ranges::move(rows_without_twins(), std::back_inserter(rows));
    return rows;
}

Calls Acceleration::calls_of(int group) {
    calls_.read();
    return calls_.of_group(group);
}

Calls Acceleration::last_calls_of(int group) {
    const Calls calls = calls_of(group);
    calls_.forget_group(group);
    return calls;
}

} // namespace frank::session
