// The stand-in's native twins.
#include "tests/support/fake_objects.hpp"

#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/names.hpp"

namespace frank::fake {

void FakeSession::Accelerate(JobResult &&result, Options options) {
    if (name_ == "denied") {
        result.returnError(contract::make_error(entry_of(Error::not_authorized).dbus_name, "not allowed"));
        return;
    }
    const auto verify = options.find("verify");
    FakeJob &job = world_.add_job("accelerate", name_);
    job.end(verify != options.end() && verify->second.get<bool>()
                ? End{"failed", 0, "no twins today", "org.frankend1.Error.Failed"}
                : End{"exited", 0, "", ""});
    result.returnResults(job.path());
}

void FakeSession::Emulate(sdbus::Result<> &&result, Options options) {
    Start(std::move(result), std::move(options));
}

void FakeSession::ListTwins(sdbus::Result<TwinRows> &&result) {
    TwinRows rows;
    if (name_ != "two-words") {
        rows.emplace_back("shell", "/usr/bin/sed", true, "", 12, 3, 1'540'000);
        rows.emplace_back("compiler", "/usr/lib/gcc/x/12/cc1", false, "another version", 0, 7, 0);
    }
    result.returnResults(rows);
}

} // namespace frank::fake
