// The stand-in's work-arounds: "go" and "node" can be switched.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::fake {

void FakeSession::SwitchWorkaround(sdbus::Result<bool> &&result, std::string workaround, bool on, Options) {
    if (name_ == "denied")
        result.returnError(contract::make_error(entry_of(Error::not_authorized).dbus_name, "not allowed"));
    else if (workaround != "go" && workaround != "node")
        result.returnError(contract::make_error(entry_of(Error::invalid_argument).dbus_name,
                                                "there is no work-around \"" + workaround + "\""));
    else
        result.returnResults(on == (workaround == "node")); // as they are not
}

} // namespace frank::fake
