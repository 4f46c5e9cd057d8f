// The stand-in's directories: kept as they come; "/refused" is no place for one.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace frank::fake {

namespace {

bool is_given(const std::map<std::string, sdbus::Variant> &options, const char *name) {
    return options.contains(name) && options.at(name).get<bool>();
}

} // namespace

void FakeSession::Bind(sdbus::Result<> &&result, sdbus::UnixFd directory, Bytes target, Options options) {
    const std::string place(target.begin(), target.end());
    struct stat seen {};
    if (name_ == "denied")
        return result.returnError(
            contract::make_error(entry_of(Error::not_authorized).dbus_name, "not allowed"));
    if (place == "/refused" || ::fstat(directory.get(), &seen) != 0 || !S_ISDIR(seen.st_mode))
        return result.returnError(
            contract::make_error(entry_of(Error::invalid_argument).dbus_name, place + " is no place"));
    const bool writable = !is_given(options, "read_only");
    binds_.emplace_back(options.at("source").get<std::string>() +
                            (is_given(options, "writable") ? " (rw was said)" : ""),
                        place, writable);
    result.returnResults();
}

void FakeSession::Unbind(sdbus::Result<> &&result, Bytes target, Options) {
    const std::string place(target.begin(), target.end());
    const auto gone = std::erase_if(binds_, [&](const auto &row) { return row.template get<1>() == place; });
    if (gone == 0)
        result.returnError(contract::make_error(entry_of(Error::invalid_argument).dbus_name,
                                                "nothing is bound at " + place));
    else
        result.returnResults();
}

} // namespace frank::fake
