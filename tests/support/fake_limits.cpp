// The stand-in's limits: kept as they come; io cannot be limited, and "two-words" lost a process.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::fake {

void FakeSession::SetLimits(sdbus::Result<> &&result, Numbers limits, Options) {
    if (limits.contains("io"))
        return result.returnError(
            contract::make_error(entry_of(Error::failed).dbus_name, "io cannot be limited"));
    for (const auto &[resource, most] : limits)
        if (most == 0)
            limits_.erase(resource);
        else
            limits_[resource] = most;
    result.returnResults();
}

void FakeSession::MeasureUse(sdbus::Result<Numbers> &&result) {
    Numbers use{{"memory", 1610612736}, {"cpu", 12'345'678}, {"tasks", 42}};
    if (name_ == "two-words")
        use["oom_kills"] = 2;
    result.returnResults(use);
}

} // namespace frank::fake
