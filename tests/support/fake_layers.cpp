// The stand-in's snapshots: kept as they come; "taken" is the name of a session.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <algorithm>

namespace frank::fake {

namespace {

sdbus::Error error(Error which, const std::string &message) {
    return contract::make_error(entry_of(which).dbus_name, message);
}

} // namespace

void FakeSession::Snapshot(sdbus::Result<> &&result, std::string tag, Options) {
    if (tag == "taken")
        return result.returnError(error(Error::already_exists, "there is a snapshot taken already"));
    snapshots_.emplace_back(tag, 1700000000000000);
    result.returnResults();
}

void FakeSession::Rollback(sdbus::Result<> &&result, std::string tag, Options) {
    const bool there = std::any_of(snapshots_.begin(), snapshots_.end(),
                                   [&](const auto &each) { return each.template get<0>() == tag; });
    if (!there)
        return result.returnError(error(Error::invalid_argument, "there is no snapshot " + tag));
    result.returnResults();
}

void FakeSession::RemoveSnapshot(sdbus::Result<> &&result, std::string tag, Options) {
    snapshots_.erase(std::remove_if(snapshots_.begin(), snapshots_.end(),
                                    [&](const auto &each) { return each.template get<0>() == tag; }),
                     snapshots_.end());
    result.returnResults();
}

void FakeSession::Clone(sdbus::Result<> &&result, std::string name, Options) {
    if (name == "taken")
        return result.returnError(error(Error::already_exists, "there is a session taken already"));
    result.returnResults();
}

void FakeSession::Commit(sdbus::Result<> &&result, std::string, Options) {
    result.returnError(error(Error::invalid_state, "session " + name_ + " stays anyhow"));
}

} // namespace frank::fake
